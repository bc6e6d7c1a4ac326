"""`python -m radiokey` is `radiokey`."""

from radiokey.cli.main import main

if __name__ == "__main__":
    main()
