"""Tests that a cached result is never stale and never needlessly recomputed.

Read in this order:

- ``case.py`` is the language in which a case is declared: a small project, an edit, the outcome.
- ``corpus/`` holds the cases, one file per family of dependencies.
- ``worker.py`` is the script that runs projects in a process of its own; ``batch.py`` starts it,
  ``plain_rememo.py`` is the front without a cache, by which the truth is established.
- ``test_corpus.py`` judges every case: edits over processes, changes within one run.
- ``mutation.py`` changes what a call executes, ``neutral.py`` what cannot matter, in the real
  packages of ``subjects.py``; ``test_mutation.py`` judges both.
- ``programs.py`` writes random programs; ``test_random_programs.py`` mutates them between calls.
- ``test_dependencies.py`` holds what ``f.dependencies()`` tells.

Set ``REMEMO_LONG=1`` for the long runs.
"""
