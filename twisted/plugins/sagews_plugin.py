"""Makes `twistd sagews` known."""

from twisted.application.service import ServiceMaker

sagews = ServiceMaker("Sage Workspaces", "sagews.tap", "Mathematics in the browser, computed in jails.", "sagews")
