using System.Collections.Frozen;
using System.Diagnostics.Metrics;

namespace Orchestrator.Connections;

/// <summary>Counts what leaves connections and how they end. Something that nobody listens to costs a look at a flag.</summary>
public sealed class ConnectionMeter(Meter meter)
{
    private static readonly FrozenDictionary<CloseCode, KeyValuePair<string, object?>> Codes =
        Enum.GetValues<CloseCode>().ToFrozenDictionary(code => code, code => Instruments.Tag("close_code", code.ToString()));

    private static readonly FrozenDictionary<DropReason, KeyValuePair<string, object?>> Reasons =
        Enum.GetValues<DropReason>().ToFrozenDictionary(reason => reason, reason => Instruments.Tag("reason", Enum.GetName(reason)!.ToLowerInvariant()));

    private readonly Counter<long> _messages = meter.CreateCounter<long>(
        "orchestrator.messages.sent", "{message}", "Events and snapshots for one connection each; on Socket.IO replies as well.");

    private readonly Counter<long> _packets = meter.CreateCounter<long>(
        "orchestrator.packets.sent", "{packet}", "Packets of data streams for one connection each, also those that are dropped afterwards.");

    private readonly Counter<long> _dropped = meter.CreateCounter<long>(
        "orchestrator.packets.dropped", "{packet}", "Packets that a connection was too slow for: a newer one took their place, or there was no room.");

    private readonly Counter<long> _closed = meter.CreateCounter<long>(
        "orchestrator.connections.closed", "{connection}", "Connections and packet sockets that the server ended, by close code.");

    private readonly Counter<long> _resumes = meter.CreateCounter<long>(
        "orchestrator.resumes", "{resume}", "Clients that came back, and whether they got everything that they had missed.");

    public void MessageSent()
    {
        if (_messages.Enabled)
        {
            _messages.Add(1);
        }
    }

    public void PacketSent()
    {
        if (_packets.Enabled)
        {
            _packets.Add(1);
        }
    }

    public void PacketDropped(DropReason reason) => _dropped.Add(1, Reasons[reason]);

    public void Closed(CloseCode code) => _closed.Add(1, Codes[code]);

    public void Resumed(bool recovered) => _resumes.Add(1, Instruments.Tag("recovered", recovered));
}

/// <summary>Why a packet was dropped.</summary>
public enum DropReason
{
    /// <summary>Only so many of its stream may wait, and a newer one came.</summary>
    Newer,

    /// <summary>What waits for the connection takes all the room.</summary>
    Full,
}
