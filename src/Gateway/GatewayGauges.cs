using System.Diagnostics.Metrics;
using Orchestrator.Connections;
using Orchestrator.Delivery;
using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator;

/// <summary>What there is in this gateway. It is counted when somebody looks.</summary>
public sealed class GatewayGauges
{
    private static readonly KeyValuePair<string, object?>[] Wires =
        [.. Enum.GetNames<WireKind>().Select(name => Instruments.Tag("wire", name.ToLowerInvariant()))];

    public GatewayGauges(Meter meter, ConnectionTable connections, Relay relay, SessionListReplica sessions, UserListReplica users)
    {
        meter.CreateObservableUpDownCounter(
            "orchestrator.connections", () => ByWire(connections), "{connection}", "Open connections of this process; a packet socket is one more.");
        meter.CreateObservableUpDownCounter(
            "orchestrator.devices", () => connections.All.Count(c => c.Caller is not null), "{device}", "Devices that are logged in on connections of this process.");
        meter.CreateObservableGauge("orchestrator.users", () => users.Count, "{user}", "Users in the list, wherever they are connected: every process tells the same.");
        meter.CreateObservableGauge("orchestrator.sessions", () => sessions.Count, "{session}", "Sessions in the list, wherever they run: every process tells the same.");
        meter.CreateObservableUpDownCounter(
            "orchestrator.links",
            () => relay.LinksByKind.Select(links => new Measurement<int>(links.Count, Instruments.Tag("source", links.Kind.ToString()))),
            "{source}",
            "Sources that this process follows for its connections, or for itself.");
        meter.CreateObservableCounter("orchestrator.deliveries", () => relay.Deliveries, "{delivery}", "Calls of sources to this process: one for all who hear them here.");
        meter.CreateObservableCounter("orchestrator.envelopes", () => relay.Envelopes, "{envelope}", "Events and packets in those calls, each counted once.");
    }

    /// <summary>Every wire, also one on which nobody is: who scales by it must not take nothing for no news.</summary>
    private static Measurement<int>[] ByWire(ConnectionTable connections)
    {
        var counts = new int[Wires.Length];
        foreach (var connection in connections.All)
        {
            counts[(int)connection.Dialect.Wire]++;
            counts[(int)WireKind.Packets] += connection.Packets is null ? 0 : 1;
        }

        return [.. counts.Select((count, wire) => new Measurement<int>(count, Wires[wire]))];
    }
}
