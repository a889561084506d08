namespace Orchestrator.Connections;

/// <summary>The wires on which clients connect.</summary>
public enum WireKind
{
    SignalR,
    SocketIo,

    /// <summary>Packet sockets, each beside a connection on another wire.</summary>
    Packets,
}
