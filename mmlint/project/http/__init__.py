"""Plain requests to the API: their URL, their headers, and why they are refused."""
