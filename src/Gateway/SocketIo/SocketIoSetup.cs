using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orchestrator.Connections;
using Orchestrator.EngineIo;

namespace Orchestrator.SocketIo;

/// <summary>Serves applications over Socket.IO.</summary>
public static class SocketIoSetup
{
    /// <summary>What the transport needs. Needs <see cref="Limits"/>, <see cref="GatewayOptions"/>, <see cref="ConnectionContext"/>, <see cref="GatewayTag"/>, <see cref="Strays"/>, <see cref="IIdSource"/> and the time from the host.</summary>
    public static IServiceCollection AddSocketIo(this IServiceCollection services)
    {
        services.AddSingleton<EngineIoContext>();
        services.AddSingleton<EngineIoConnections>().AddHostedService(static s => s.GetRequiredService<EngineIoConnections>());
        return services;
    }

    /// <summary>Serves an application at a path, with and without a slash at its end.</summary>
    public static IEndpointConventionBuilder MapSocketIo(this IEndpointRouteBuilder app, string path, ISocketIoApplication application)
    {
        var services = app.ServiceProvider;
        var context = services.GetRequiredService<EngineIoContext>();
        var endpoint = new EngineIoEndpoint(
            services.GetRequiredService<EngineIoConnections>(),
            context,
            new OriginRule(services.GetRequiredService<IOptions<GatewayOptions>>()),
            (connection, handshake) => new SocketIoConversation(application, connection, handshake, context));
        return app.Map(path, endpoint.Serve);
    }
}
