"""The settings of a stack: the only place that reads Pulumi's configuration.

`load` answers them complete and checked, as frozen values. `file` describes the keys.
"""

from __future__ import annotations

from settings.stack import BreakGlassSettings, InvalidSettingsError, Settings, load

__all__ = ["BreakGlassSettings", "InvalidSettingsError", "Settings", "load"]
