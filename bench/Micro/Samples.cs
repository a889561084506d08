using System.Text;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;
using Orchestrator.Delivery;
using Orchestrator.Devices;
using Orchestrator.Sessions;
using Orchestrator.SignalR;
using Orchestrator.Users;

namespace Orchestrator.Micro;

/// <summary>The things that delivery is about, of the size that they have in a session.</summary>
internal static class Samples
{
    public static IGatewayWatch Watch { get; } = new OneGatewayWatch(new GatewayName("gateway"));

    public const int EventBytes = 200;

    public static SourceId Source { get; } = SourceId.Of(new SessionId("7d5f5ad2-5d63-4a70-9d1c-0a1f4b6b8f10"));

    public static Payload Payload { get; } = new(Encoding.UTF8.GetBytes('"' + new string('x', EventBytes - 2) + '"'));

    public static UserId Sender { get; } = new("1fb4a1c4-7c35-4f0e-8d6a-3a1b6f0c2d11");

    public static SceneEventSent Event { get; } = new(Sender, Payload, SceneEventAddress.User);

    public static Outgoing[] Happened { get; } = [Outgoing.ToEveryone(Event)];

    public static Seat Seat(int number) =>
        new(new ConnectionId($"connection-{number}"), new UserId($"user-{number}"), new DeviceId($"device-{number}"));

    public static Caller Caller(int number) => new(new UserId($"user-{number}"), new DeviceId($"device-{number}"), $"user {number}");

    public static SignalRDialect Dialect()
    {
        var options = new JsonHubProtocolOptions();
        Json.ConfigureWire(options.PayloadSerializerOptions);
        return new SignalRDialect(new StrictHubProtocol(Options.Create(options)));
    }
}

/// <summary>A gateway that takes everything and does nothing with it.</summary>
internal sealed class SilentRelay : IRelay
{
    public long Delivered { get; private set; }

    public void Deliver(Delivery.Delivery delivery) => Delivered += delivery.Envelopes.Length;

    public void Moved(SourceId source, long epoch)
    {
        // Nobody listens.
    }
}
