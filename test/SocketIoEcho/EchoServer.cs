using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.Connections;
using Orchestrator.Delivery;
using Orchestrator.EngineIo;
using Orchestrator.SocketIo;

namespace Orchestrator.Testing;

/// <summary>The transport with an <see cref="EchoApplication"/> behind it, on a port of its own.</summary>
internal sealed class EchoServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _waiting;

    private EchoServer(WebApplication app, EchoApplication application)
    {
        _app = app;
        Application = application;
    }

    public EchoApplication Application { get; }

    public EngineIoConnections Connections => _app.Services.GetRequiredService<EngineIoConnections>();

    /// <summary>Requests that have come as far as they come without news: polls, and those that are WebSockets now.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <summary>Starts it with other limits, for pages of these origins, on http or https, by a clock of the test.</summary>
    public static async Task<EchoServer> Start(
        Action<Limits>? limit = null, string[]? origins = null, Action<ILoggingBuilder>? log = null, Action<IWebHostBuilder>? host = null, TimeProvider? time = null)
    {
        var limits = new Limits();
        limit?.Invoke(limits);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        host?.Invoke(builder.WebHost);
        log?.Invoke(builder.Logging);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(limits).AddSingleton(time ?? TimeProvider.System).AddSingleton<IIdSource, EchoIds>();
        builder.Services.Configure<GatewayOptions>(options =>
        {
            foreach (var origin in origins ?? [])
            {
                options.CorsOrigins.Add(origin);
            }
        });
        builder.Services.AddGatewayCors();
        builder.Services.AddSingleton(new GatewayName("echo")).AddSingleton<Gatherer>().AddSingleton<ConnectionContext>();
        builder.Services.AddSingleton<GatewayTag>().AddSingleton<Strays>();
        builder.Services.AddMeter().AddSingleton<ConnectionMeter>();
        builder.Services.AddSocketIo();

        var app = builder.Build();
        var application = new EchoApplication();
        var server = new EchoServer(app, application);
        app.Use(server.Count);
        app.UseRouting();
        app.UseCors();
        app.MapSocketIo("/socket.io", application);
        await app.StartAsync();
        return server;
    }

    public Task Stop() => _app.StopAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task Count(HttpContext context, RequestDelegate next)
    {
        var answering = next(context);
        Interlocked.Increment(ref _waiting);
        try
        {
            await answering;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private sealed class EchoIds : IIdSource
    {
        private readonly Random _random = new(1);

        public string Next()
        {
            var bytes = new byte[16];
            lock (_random)
            {
                _random.NextBytes(bytes);
            }

            return new Guid(bytes).ToString();
        }
    }
}
