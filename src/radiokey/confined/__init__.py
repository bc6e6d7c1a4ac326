"""What strangers sent is parsed in a process of its own, without means: the one way that is done here.

`process` starts it and asks; `eager`, `means` and `answer` are what it does itself: load all, give up its
means, answer for one file. `content` knows a file by its bytes, `image` decodes pictures there, `refusal`
says why one is not taken. Papers (`radiokey.base.papers.worker`) and photos of labels
(`radiokey.label.worker`) are read so (docs/spec/papers.md).
"""
