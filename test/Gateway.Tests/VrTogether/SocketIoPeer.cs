using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Orchestrator.EngineIo;

namespace Orchestrator.Tests;

/// <summary>A small Socket.IO client of our own: it says packets as they are written, and keeps what comes in the order of arrival.</summary>
internal sealed class SocketIoPeer : IFrameSink, IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly List<Packet> _packets = [];
    private readonly List<byte[]> _parts = [];
    private readonly ConcurrentDictionary<long, TaskCompletionSource<Packet>> _asked = new();
    private IFramePipe? _pipe;
    private string? _awaiting;
    private int _awaited;
    private long _nextId;

    /// <summary>What has come, in order. Attachments stand with the packet that announced them.</summary>
    public IReadOnlyList<Packet> Packets => PacketsFrom(0);

    /// <summary>Why the server has ended the connection; null while it has not.</summary>
    public (int Code, string Reason)? End { get; private set; }

    public static SocketIoPeer Over(Func<IFrameSink, IFramePipe> pipe)
    {
        var peer = new SocketIoPeer();
        peer._pipe = pipe(peer);
        return peer;
    }

    /// <summary>A client on a WebSocket, in "/".</summary>
    public static async Task<SocketIoPeer> Connect(HubServer server, EngineIoVersion version)
    {
        var peer = new SocketIoPeer();
        peer._pipe = await WebSocketPipe.Connect(server, version, peer);
        return peer;
    }

    public IReadOnlyList<Packet> PacketsFrom(int first)
    {
        lock (_gate)
        {
            return [.. _packets.Skip(first)];
        }
    }

    /// <summary>An event that asks for an acknowledgement, its arguments as JSON; gives the acknowledgement.</summary>
    public async Task<Packet> Ask(string name, string arguments = "", params byte[][] attachments)
    {
        var id = Interlocked.Increment(ref _nextId) - 1;
        var acknowledged = Acknowledged(id);
        Say(id, name, arguments, attachments);
        return await acknowledged;
    }

    /// <summary>An event that asks for nothing.</summary>
    public void Tell(string name, string arguments = "", params byte[][] attachments) => Say(null, name, arguments, attachments);

    /// <summary>A packet as it stands.</summary>
    public void Send(string text, params byte[][] attachments) => _pipe!.Send(text, attachments);

    /// <summary>The acknowledgement with this number; one that came already counts.</summary>
    public Task<Packet> Acknowledged(long id) => Slot(id).Task.WaitAsync(Patience);

    /// <summary>Waits for an event; one that came already counts.</summary>
    public async Task<Packet> WaitFor(string name, Func<Packet, bool>? wanted = null)
    {
        Packet? found = null;
        await Eventually(() =>
        {
            found = Packets.FirstOrDefault(p => (p.EventId ?? p.Name) == name && (wanted?.Invoke(p) ?? true));
            return found is not null ? null : $"no {name}; what came: {string.Join(" | ", Packets.TakeLast(8).Select(p => p.Text))}; ended: {End}";
        });
        return found!;
    }

    public void Cut() => _pipe!.Cut();

    public ValueTask DisposeAsync() => _pipe!.DisposeAsync();

    void IFrameSink.Text(string text)
    {
        if (text is not ['4', '2' or '3' or '5' or '6', ..])
        {
            return;
        }

        if (text[1] is '5' or '6')
        {
            _awaited = int.Parse(text.AsSpan(2, text.IndexOf('-', StringComparison.Ordinal) - 2), CultureInfo.InvariantCulture);
            _awaiting = text;
            return;
        }

        Take(new Packet(text, []));
    }

    void IFrameSink.Binary(byte[] bytes)
    {
        _parts.Add(bytes);
        if (_parts.Count == _awaited)
        {
            Take(new Packet(_awaiting!, [.. _parts]));
            _parts.Clear();
            _awaited = 0;
        }
    }

    void IFrameSink.Closed(int code, string reason) => End ??= (code, reason);

    private void Say(long? id, string name, string arguments, byte[][] attachments)
    {
        var type = attachments.Length == 0 ? "42" : string.Create(CultureInfo.InvariantCulture, $"45{attachments.Length}-");
        var separator = arguments.Length == 0 ? "" : ",";
        Send($"{type}{id?.ToString(CultureInfo.InvariantCulture)}[{JsonSerializer.Serialize(name)}{separator}{arguments}]", attachments);
    }

    private void Take(Packet packet)
    {
        lock (_gate)
        {
            _packets.Add(packet);
        }

        if (packet.AckId is { } id && !Slot(id).TrySetResult(packet))
        {
            throw new InvalidOperationException($"Acknowledged twice: {packet.Text}");
        }
    }

    private TaskCompletionSource<Packet> Slot(long id) => _asked.GetOrAdd(id, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
