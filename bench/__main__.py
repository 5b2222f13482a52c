"""`python -m bench`: the main job step by step, and the engine with many resources.

Each figure is also given as a ratio to something measured in the same run on the same machine,
which no engine can avoid.
"""

from __future__ import annotations

from bench import job, scale

job.run()
scale.run()
