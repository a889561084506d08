using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Orchestrator.EngineIo;

/// <summary>From which pages a browser may connect: those of our own host, and those that the settings name. Browsers ask nobody before they open a WebSocket, so we must look.</summary>
internal sealed class OriginRule(IOptions<GatewayOptions> options)
{
    public bool Allows(HttpContext http)
    {
        var origin = http.Request.Headers.Origin.ToString();
        if (origin.Length == 0 || options.Value.CorsOrigins.Contains("*") || options.Value.CorsOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase))
        {
            return true;
        }

        return Uri.TryCreate(origin, UriKind.Absolute, out var page)
            && string.Equals(page.Host, http.Request.Host.Host, StringComparison.OrdinalIgnoreCase)
            && page.Port == (http.Request.Host.Port ?? DefaultPort(page));
    }

    private static int DefaultPort(Uri page) => page.Scheme == Uri.UriSchemeHttps ? 443 : 80;
}
