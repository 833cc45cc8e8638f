"""What somebody does with the demo before the pictures of docs/ are taken, through the API."""

from typing import Any

import requests

from tests.embedded.processes import eventually

CHANGED = """-- Departure delays out of range
-- Nobody leaves more than nine hours late, or more than twenty minutes early, without somebody looking into it.
SELECT 'NYC_DELAY_RANGE' AS rule_id,
       'NYCFLIGHTS'      AS source_id,
       f.rid             AS source_uid,
       CASE WHEN f.dep_delay > 900 THEN f.dep_delay || ' min' ELSE f.dep_delay::text END AS data_value,
       make_date(f.year, f.month, f.day) AS txn_date
  FROM demo.nyc_flights f
 WHERE f.dep_delay NOT BETWEEN -20 AND 540
   AND f.dep_delay <> 653;
"""
BROKEN = """-- Seats per engine
SELECT 'NYC_SEATS' AS rule_id, 'NYCPLANES' AS source_id, tailnum AS source_uid,
       seats / (engines - 2) AS data_value, NULL::date AS txn_date
  FROM demo.nyc_planes
 WHERE seats / (engines - 2) > 100;
"""


class Story:
    """Somebody who uses the API of a DQX.

    Args:
        site: its address.
        username, password: of an admin.
    """

    def __init__(self, site: str, username: str, password: str) -> None:
        self.site, self.line = site, requests.Session()
        access = self.send("POST", "auth/login", {"username": username, "password": password})["access"]
        self.line.headers["Authorization"] = f"Bearer {access}"

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """JSON there and back."""
        answer = self.line.request(method, f"{self.site}/api/{path}", json=body, timeout=120)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def tell(self) -> dict[str, Any]:
        """Do it all; the ids of what the pictures show."""
        scripts = {script["name"]: script["id"] for script in self.send("GET", "sql_scripts/")}
        review, planned = scripts["Departure delays out of range"], sorted(scripts.values())
        self.send("PATCH", f"sql_scripts/{review}", {"content": CHANGED})
        self.send("POST", f"sql_scripts/{review}/populate_table?wait=60")
        self._alerts()
        broken = self.send("POST", "sql_scripts/", {"name": "Seats per engine", "content": BROKEN})["id"]
        failed = self.send("POST", f"sql_scripts/{broken}/populate_table?wait=60")["id"]
        self._schedule("Every night", planned[0], frequency="daily", time="02:05")
        self._schedule("Delays on Mondays", review, frequency="weekly", time="06:30", day_of_week="monday")
        self._schedule("Planes", planned[-1], frequency="cron", cron_schedule="15 */6 * * 1-5")
        fields = {"name": "warehouse", "host": "127.0.0.1", "port": 5432, "dbname": "sales", "user": "reader"}
        self.send("POST", "connections", {**fields, "password": "not a real one"})
        eventually(lambda: self.send("GET", "alerts/messages/")["results"], "the alert", 90)
        return {"review": review, "failed": failed, "script": planned[0]}

    def _alerts(self) -> None:
        """Who hears of what goes wrong."""
        team = {"name": "Data team", "kind": "mail", "addresses": ["team@example.org", "steward@example.org"]}
        channels = [self.send("POST", "alerts/channels/", team)["id"]]
        night = {"name": "The night", "on": ["run_failed", "schedule_late"], "channels": channels}
        delays = {
            "name": "Delays",
            "on": ["new_bad_rows"],
            "threshold": 100,
            "rules": ["NYC_DELAY_RANGE"],
            "channels": channels,
        }
        for rule in (night, delays):
            self.send("POST", "alerts/rules/", rule)

    def _schedule(self, name: str, script: int, **times: str) -> None:
        fields = {"timezone": "America/New_York", "operation": "populate_and_publish"}
        self.send("POST", "scheduler/", {"job_name": name, "script_id": script, **fields, **times})
