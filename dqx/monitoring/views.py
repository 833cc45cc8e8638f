"""/readyz and /metrics, for the machines that watch."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from dqx.errors import NotAllowed
from dqx.monitoring import health
from dqx.monitoring.access import may_read_figures
from dqx.monitoring.metrics import Figures
from dqx.rest import refusals


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 or 503, and the state of each part by name."""
    found = health.look()
    if found.is_ready:
        return JsonResponse({"status": "ready", **found._asdict()})
    return JsonResponse({"status": "not_ready", **found._asdict(), **refusals.told(found.error)}, status=503)


@require_safe
def metrics(request: HttpRequest, figures: Figures) -> HttpResponse:
    """200 the figures in the format of Prometheus; 403."""
    if not may_read_figures(request):
        return refusals.answer(
            NotAllowed("not_allowed", "Figures are for this machine, or for who sends DQX_METRICS_TOKEN.")
        )
    return HttpResponse(figures.text(), content_type=CONTENT_TYPE_LATEST)
