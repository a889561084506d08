using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.DependencyInjection;

namespace Orchestrator.Cluster;

/// <summary>A reverse proxy before the silos that does just one thing well or badly: keeping a client on one of them. It remembers what passed it.</summary>
internal sealed partial class Proxy : IAsyncDisposable
{
    private const string Cookie = "gateway";

    private readonly WebApplication _app;
    private readonly Affinity _affinity;
    private readonly Uri[] _silos;
    private readonly SocketsHttpHandler _connections = new() { UseCookies = false, AllowAutoRedirect = false };
    private readonly HttpMessageInvoker _http;
    private readonly ConcurrentQueue<string> _opened = new();
    private readonly ConcurrentQueue<string> _refused = new();
    private int _requests;

    private Proxy(WebApplication app, Affinity affinity, SiloCluster cluster)
    {
        (_app, _affinity) = (app, affinity);
        _silos = [.. cluster.Silos.Select(static silo => silo.Address)];
        _http = new HttpMessageInvoker(_connections);
    }

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public int Requests => Volatile.Read(ref _requests);

    /// <summary>The "sid" of each Engine.IO connection that began here.</summary>
    public IReadOnlyList<string> Opened => [.. _opened];

    /// <summary>What the silos answered with the status 400.</summary>
    public IReadOnlyList<string> Refused => [.. _refused];

    public static async Task<Proxy> Start(SiloCluster cluster, Affinity affinity)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var proxy = new Proxy(builder.Build(), affinity, cluster);
        proxy._app.Run(proxy.Pass);
        await proxy._app.StartAsync();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        // Polls that wait are let go first.
        _connections.Dispose();
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task Pass(HttpContext http)
    {
        using var request = new HttpRequestMessage(new HttpMethod(http.Request.Method), new Uri(Choose(http), http.Request.GetEncodedPathAndQuery()));
        if (HttpMethods.IsPost(http.Request.Method))
        {
            request.Content = new StreamContent(http.Request.Body);
            request.Content.Headers.ContentType = http.Request.ContentType is { } type ? MediaTypeHeaderValue.Parse(type) : null;
        }

        try
        {
            using var answer = await _http.SendAsync(request, http.RequestAborted);
            var body = await answer.Content.ReadAsByteArrayAsync(http.RequestAborted);
            Remember(http, (int)answer.StatusCode, Encoding.UTF8.GetString(body));
            http.Response.StatusCode = (int)answer.StatusCode;
            http.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
            await http.Response.Body.WriteAsync(body, http.RequestAborted);
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException or ObjectDisposedException)
        {
            http.Abort();
        }
    }

    private Uri Choose(HttpContext http)
    {
        var next = Interlocked.Increment(ref _requests) % _silos.Length;
        switch (_affinity)
        {
            case Affinity.Address:
                return _silos[http.Connection.RemoteIpAddress!.GetAddressBytes()[^1] % _silos.Length];
            case Affinity.Cookie when http.Request.Cookies[Cookie] is { } kept:
                return _silos[int.Parse(kept, CultureInfo.InvariantCulture)];
            case Affinity.Cookie:
                http.Response.Cookies.Append(Cookie, next.ToString(CultureInfo.InvariantCulture));
                break;
        }

        return _silos[next];
    }

    private void Remember(HttpContext http, int status, string answer)
    {
        if (status == StatusCodes.Status400BadRequest)
        {
            _refused.Enqueue(answer);
        }

        if (!http.Request.Query.ContainsKey("sid") && Sid().Match(answer) is { Success: true } opened)
        {
            _opened.Enqueue(opened.Groups["sid"].Value);
        }
    }

    [GeneratedRegex("\"sid\":\"(?<sid>[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Sid();
}
