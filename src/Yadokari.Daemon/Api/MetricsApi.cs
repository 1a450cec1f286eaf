using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Metrics;
using Yadokari.Protocol;

namespace Yadokari.Daemon.Api;

/// <summary>Figures for Prometheus, and whether this daemon is well.</summary>
public sealed class MetricsApi(HostFacts facts, IReadOnlyList<Figure> figures, ILogger<MetricsApi> logger)
{
    /// <summary>A measurement is made every second; one this old means that the daemon gets no processor time, or worse.</summary>
    private const double StaleSeconds = 30;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Routes.Metrics, ApiCall.Handler(logger, context => WriteAsync(context, PrometheusText.Write(figures, facts.Read()), PrometheusText.ContentType, StatusCodes.Status200OK)));
        routes.MapGet(Routes.Health, ApiCall.Handler(logger, context =>
        {
            // None yet: the daemon has just been started.
            bool isWell = facts.Read().Load is not { Age: > StaleSeconds };
            return WriteAsync(
                context, isWell ? "ok\n" : "the load has not been measured lately\n", "text/plain; charset=utf-8",
                isWell ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        }));
    }

    private static Task WriteAsync(HttpContext context, string text, string type, int status)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.ContentLength = bytes.Length;
        return context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }
}
