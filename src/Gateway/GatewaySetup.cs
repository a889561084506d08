using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orchestrator.Accounts;
using Orchestrator.Administration;
using Orchestrator.Api;
using Orchestrator.Clocks;
using Orchestrator.Connections;
using Orchestrator.DataStreams;
using Orchestrator.Delivery;
using Orchestrator.Http;
using Orchestrator.Packets;
using Orchestrator.Scenarios;
using Orchestrator.Security;
using Orchestrator.Sessions;
using Orchestrator.SignalR;
using Orchestrator.SocketIo;
using Orchestrator.Users;
using Orchestrator.VrTogether;
using Orchestrator.WebSockets;

namespace Orchestrator;

/// <summary>Puts the edge together.</summary>
public static class GatewaySetup
{
    private const string ReadyTag = "ready";

    /// <summary>The services of the edge. Needs <see cref="Limits"/>, <see cref="TokenKey"/>, <see cref="IIdSource"/> and the engine from the host.</summary>
    public static IServiceCollection AddGateway(this IServiceCollection services, Limits limits)
    {
        services.AddMeter();
        services.AddDelivery();
        services.AddCommands();
        services.AddSecurity(limits);
        services.AddSignalRWire(limits);
        services.AddVrTogether();
        services.AddPacketWire();
        services.AddHttpWire(limits);
        return services;
    }

    /// <summary>The addresses of the edge.</summary>
    public static void MapGateway(this WebApplication app)
    {
        // Nobody asks for it: it has to be there when somebody looks.
        _ = app.Services.GetRequiredService<GatewayGauges>();
        app.UseHeldRequests();
        app.UseExceptionHandler();
        app.UseStatusCodePages(context => HttpRefusals.Complete(context.HttpContext));
        app.UseRouting();
        app.UseCors();
        app.UseAuthentication();
        app.UseMiddleware<TokenGate>();
        app.UseAuthorization();
        app.UseRateLimiter();

        app.MapHub<OrchestratorHub>("/hub", static o => o.Transports = HttpTransportType.WebSockets | HttpTransportType.LongPolling | HttpTransportType.ServerSentEvents);
        app.MapSocketIo("/socket.io", app.Services.GetRequiredService<VrTogetherApplication>());
        app.MapPackets();
        var api = app.MapGroup("/api");
        api.MapAccounts();
        api.MapSessions();
        api.MapAdministration();
        api.MapScenarios();
        app.MapOpenApi("/openapi/{documentName:regex(^v1$)}.json");
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = static _ => false });
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = static c => c.Tags.Contains(ReadyTag) });
    }

    private static void AddDelivery(this IServiceCollection services)
    {
        services.AddSingleton<Relay>().AddHostedService(static s => s.GetRequiredService<Relay>());
        services.AddSingleton<SessionListReplica>().AddHostedService(static s => s.GetRequiredService<SessionListReplica>());
        services.AddSingleton<UserListReplica>().AddHostedService(static s => s.GetRequiredService<UserListReplica>());
        services.AddSingleton<ConnectionTable>().AddHostedService(static s => s.GetRequiredService<ConnectionTable>());
        services.AddHostedService<DropNotices>();
        services.AddSingleton<Microsoft.AspNetCore.Connections.IMemoryPoolFactory<byte>, BlockPoolFactory>();
        services.AddSingleton<Gatherer>().AddSingleton<ConnectionMeter>().AddSingleton<ConnectionContext>();
        services.AddSingleton<GatewayGauges>();
        services.AddSingleton<GatewayTag>().AddSingleton<Strays>();
        services.AddSingleton<ConnectionCloser>();
        services.AddSingleton<SessionEntrance>();
        services.AddSingleton<UserFollower>();
        services.AddSingleton<Dismisser>();
        services.AddHostedService<ResetListener>();
        services.AddHealthChecks().AddCheck<ListHealth>("sessions", tags: [ReadyTag]);
    }

    private static void AddCommands(this IServiceCollection services)
    {
        services.AddSingleton<UserCommands>();
        services.AddSingleton<SessionCommands>();
        services.AddSingleton<TrafficCommands>();
        services.AddSingleton<DataStreamCommands>();
        services.AddSingleton<SystemCommands>();
        services.AddSingleton<UserListCommands>();
        services.AddSingleton<UserDataCommands>();
        services.AddSingleton<RoomCommands>();
        services.AddSingleton<AccountCommands>();
        services.AddSingleton<AdministrationCommands>().AddSingleton<AdministrationServices>();
        services.AddSingleton<Audit>().AddSingleton<RefusedAttempts>().AddSingleton<AdminAccount>().AddSingleton<ServerIdentity>().AddSingleton<Termination>();
        services.AddSingleton<ClockCommands>().AddSingleton<SharedTime>().AddSingleton<SntpClient>();
        services.AddSingleton<ScenarioSource>();
        services.AddSingleton<ScenarioCommands>();
        services.AddSingleton<TimelineCommands>();
        services.AddSingleton<CommandTable>();
        services.AddSingleton<CommandMeter>();
        services.AddSingleton<CommandRunner>();
    }

    private static void AddSecurity(this IServiceCollection services, Limits limits)
    {
        services.AddSingleton<SignedTokens>();
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<ResumeTokens>();
        services.AddSingleton<PacketTokens>();
        services.AddOptions<PasswordHasherOptions>()
            .Configure<IOptions<GatewayOptions>>(static (hasher, gateway) => hasher.IterationCount = gateway.Value.PasswordIterations);
        services.TryAddSingleton<IPasswordHasher<AccountRecord>, PasswordHasher<AccountRecord>>();
        services.AddSingleton<Passwords>();
        services.AddSingleton<GuestRule>();
        services.AddSingleton<PasswordRate>();
        services.AddAuthentication(BearerHandler.SchemeName).AddScheme<AuthenticationSchemeOptions, BearerHandler>(BearerHandler.SchemeName, null);
        // Nothing here is protected by it; without this it would keep keys in the home directory.
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        services.AddAuthorization();
        services.AddRateLimiter(options =>
        {
            options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            options.AddPolicy(
                AccountEndpoints.RateLimit, http => PasswordRate.PartitionFor(http.Connection.RemoteIpAddress?.ToString() ?? "", limits));
        });
        services.AddGatewayCors();
    }

    /// <summary>Answers pages of the origins that <see cref="GatewayOptions"/> names.</summary>
    internal static IServiceCollection AddGatewayCors(this IServiceCollection services)
    {
        services.AddCors();
        services.AddOptions<Microsoft.AspNetCore.Cors.Infrastructure.CorsOptions>()
            .Configure<IOptions<GatewayOptions>>(static (cors, gateway) => cors.AddDefaultPolicy(policy => Allow(policy, gateway.Value)));
        return services;
    }

    private static void Allow(Microsoft.AspNetCore.Cors.Infrastructure.CorsPolicyBuilder policy, GatewayOptions options)
    {
        policy.AllowAnyHeader().AllowAnyMethod();
        _ = options.CorsOrigins.Contains("*")
            ? policy.SetIsOriginAllowed(static _ => true).AllowCredentials()
            : policy.WithOrigins([.. options.CorsOrigins]).AllowCredentials();
    }

    private static void AddSignalRWire(this IServiceCollection services, Limits limits)
    {
        services.AddSignalR(options =>
        {
            options.MaximumReceiveMessageSize = limits.FrameBytesMax;
            options.MaximumParallelInvocationsPerClient = 1;
            options.ClientTimeoutInterval = TimeSpan.FromSeconds(limits.SilenceSeconds);
            // SignalR looks once a second whether more than this has passed: with whole seconds, every other ping would be a second late.
            options.KeepAliveInterval = TimeSpan.FromSeconds(limits.PingSeconds - 0.5);
            // Faults are answered by the command runner, so what is left to say here are sentences of the protocol.
            options.EnableDetailedErrors = true;
        }).AddJsonProtocol(static options => Json.ConfigureWire(options.PayloadSerializerOptions));
        // The last protocol of a name is the one that is used.
        services.AddSingleton<StrictHubProtocol>();
        services.AddSingleton<IHubProtocol>(static s => s.GetRequiredService<StrictHubProtocol>());
        services.AddSingleton<SignalRDialect>();
        services.Replace(ServiceDescriptor.Singleton<HubLifetimeManager<OrchestratorHub>, SignalRConnections>());
    }

    private static void AddVrTogether(this IServiceCollection services) => services.AddSocketIo().AddSingleton<VrTogetherContext>().AddSingleton<VrTogetherApplication>();

    private static void AddPacketWire(this IServiceCollection services)
    {
        services.AddSingleton<PacketDialect>();
        services.AddSingleton<PacketInboxContext>();
        services.AddSingleton<PacketSockets>();
    }

    private static void AddHttpWire(this IServiceCollection services, Limits limits)
    {
        services.AddSingleton<AccountService>();
        services.AddSingleton<HttpCommands>();
        services.AddExceptionHandler<HttpRefusals>();
        services.AddProblemDetails();
        services.ConfigureHttpJsonOptions(static options => Json.ConfigureWire(options.SerializerOptions));
        services.Configure<RouteHandlerOptions>(static options => options.ThrowOnBadRequest = true);
        services.AddOpenApi("v1", ApiDescription.Describe);
        services.Configure<Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions>(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = limits.FrameBytesMax;
        });
    }
}
