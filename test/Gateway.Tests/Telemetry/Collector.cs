using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Orchestrator.Tests;

/// <summary>A collector of telemetry that takes everything, over HTTP or gRPC. What is in it is looked for as text: names and values of attributes stand in the bytes as they are.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Path, byte[] Body)> _received = new();

    private Collector(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    public static async Task<Collector> Start(HttpProtocols protocol)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = protocol));
        var collector = new Collector(builder.Build());
        collector._app.Run(collector.Take);
        await collector._app.StartAsync();
        return collector;
    }

    /// <summary>Whether something was said of metrics, traces or logs that has this text in it.</summary>
    public bool Has(string signal, string text) =>
        _received.Any(r => r.Path.Contains(signal, StringComparison.OrdinalIgnoreCase) && r.Body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0);

    public Task Hears(string signal, string text) => Eventually(() => Has(signal, text) ? null : $"{signal} have nothing of {text}; there were {string.Join(", ", _received.Select(r => r.Path).Distinct())}");

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task Take(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        _received.Enqueue((http.Request.Path, body.ToArray()));
        if (http.Request.Protocol == HttpProtocol.Http2)
        {
            // An empty message, and that all is well.
            http.Response.ContentType = "application/grpc";
            await http.Response.Body.WriteAsync(new byte[5]);
            http.Response.AppendTrailer("grpc-status", "0");
        }
    }
}
