"""Which language a person is spoken to in: `speech` says a text, `load` finds the languages there are.

Every text for people is written in English where it is said. What else it is in lies in `texts/<tag>.po`, one
file a language, which the build compiles into the wheel: to add a language is to add a file.
"""
