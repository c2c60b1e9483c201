"""Where the app runs: `local/` on one machine, `cloud/` in AWS. The app itself (chalicelib/) knows of neither."""
