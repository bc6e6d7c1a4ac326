"""Pictures of displays and panels, as SVG: schematics, never likenesses."""

from radiokey.web.draw.display import display_svg
from radiokey.web.draw.panel import panel_svg

__all__ = ["display_svg", "panel_svg"]
