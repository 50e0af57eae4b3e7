"""What a predictor is for: sampling, generating, chatting and being measured."""
