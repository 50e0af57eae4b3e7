"""The methods that rnnchat is compared with: simple, well known, and without anything that ships."""
