"""What several test files share, and the benchmarks with them. No file here holds a test."""
