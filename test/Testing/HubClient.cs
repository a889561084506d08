using System.Buffers;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace Orchestrator.Testing;

/// <summary>
/// A SignalR client over WebSocket, small enough to see through: it sends calls in the order given, keeps everything that comes in the order in which it
/// came, and can do what a good client never does.
/// </summary>
public sealed class HubClient : IAsyncDisposable
{
    public const byte RecordSeparator = 0x1e;
    private const int ShutdownCode = 4501;
    private const string Handshake = """{"protocol":"json","version":1}""";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PingPeriod = TimeSpan.FromSeconds(10);
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    private readonly Lock _gate = new();
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly Channel<Frame> _outgoing = Channel.CreateUnbounded<Frame>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TaskCompletionSource<JsonElement> _handshake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, Call> _calls = [];
    private readonly List<HubArrival> _arrivals = [];
    private readonly List<HubEvent> _events = [];
    private volatile TaskCompletionSource? _pause;
    private Timer? _pings;
    private Exception? _fault;
    private long _lastHeard = TimeProvider.System.GetTimestamp();
    private int _lastId;

    private HubClient()
    {
    }

    /// <summary>Everything that came, in the order in which it came.</summary>
    public IReadOnlyList<HubArrival> Arrivals
    {
        get
        {
            lock (_gate)
            {
                return [.. _arrivals];
            }
        }
    }

    /// <summary>The events among it.</summary>
    public IReadOnlyList<HubEvent> Events
    {
        get
        {
            lock (_gate)
            {
                return [.. _events];
            }
        }
    }

    /// <summary>When the last bytes came; a timestamp.</summary>
    public long LastHeard => Volatile.Read(ref _lastHeard);

    /// <summary>How many events came; cheaper than looking at them.</summary>
    public int EventCount
    {
        get
        {
            lock (_gate)
            {
                return _events.Count;
            }
        }
    }

    /// <summary>The last event that has a place.</summary>
    public HubPlace? LastPlace
    {
        get
        {
            lock (_gate)
            {
                return _events.FindLast(e => e.Stamp is not null)?.Place;
            }
        }
    }

    /// <summary>What the server said when it closed.</summary>
    public string? CloseSentence { get; private set; }

    /// <summary>Done when the socket is closed, from whichever side.</summary>
    public Task Over => _over.Task;

    public bool IsOver => _over.Task.IsCompleted;

    /// <summary>What the server answered to the handshake.</summary>
    public Task<JsonElement> HandshakeAnswer => _handshake.Task.WaitAsync(Patience);

    /// <summary>Connects and shakes hands.</summary>
    public static async Task<HubClient> Connect(Uri server, string? token = null)
    {
        var client = await Open(server, token);
        client.Send(Handshake);
        var answer = await client.HandshakeAnswer;
        if (answer.TryGetProperty("error", out var error))
        {
            throw new InvalidOperationException($"The handshake was refused: {error}");
        }

        return client;
    }

    /// <summary>Connects and says nothing.</summary>
    public static async Task<HubClient> Open(Uri server, string? token = null)
    {
        var client = new HubClient();
        var query = token is null ? "" : $"?access_token={Uri.EscapeDataString(token)}";
        var address = new UriBuilder(new Uri(server, "/hub" + query)) { Scheme = "ws" }.Uri;
        client._socket.Options.KeepAliveInterval = TimeSpan.Zero;
        using var patience = new CancellationTokenSource(Patience);
        await client._socket.ConnectAsync(address, patience.Token);
        _ = client.Read();
        _ = client.Write();
        client._pings = new Timer(_ => client.Send("""{"type":6}"""), null, PingPeriod, PingPeriod);
        return client;
    }

    /// <summary>Says more often that it is there, for a server that waits less long.</summary>
    public void PingEvery(TimeSpan period) => _pings?.Change(period, period);

    /// <summary>Calls a command with its parameters, if it has any, and gives the answer. Calls leave in the order in which they are made.</summary>
    public Task<HubReply> Invoke(string command, params object?[] parameters)
    {
        var id = Interlocked.Increment(ref _lastId).ToString(CultureInfo.InvariantCulture);
        var reply = Expect(id, command);
        Send(JsonSerializer.SerializeToUtf8Bytes(new { type = 1, invocationId = id, target = command, arguments = parameters }, Options));
        return reply;
    }

    /// <summary>Sends a call as it is written here; the answer is the one to its id.</summary>
    public Task<HubReply> InvokeRaw(string invocationId, string frame)
    {
        var reply = Expect(invocationId, frame.Length > 100 ? frame[..100] : frame);
        Send(frame);
        return reply;
    }

    /// <inheritdoc cref="InvokeRaw(string, string)"/>
    public Task<HubReply> InvokeRaw(string invocationId, byte[] frame)
    {
        var reply = Expect(invocationId, $"{frame.Length} bytes");
        Send(frame);
        return reply;
    }

    /// <summary>Sends a text and the record separator.</summary>
    public void Send(string text) => Send(Encoding.UTF8.GetBytes(text));

    /// <summary>Sends bytes and the record separator.</summary>
    public void Send(byte[] bytes) => SendRaw([.. bytes, RecordSeparator]);

    /// <summary>Sends just these bytes, as one frame of this kind.</summary>
    public void SendRaw(byte[] bytes, WebSocketMessageType kind = WebSocketMessageType.Text) => _outgoing.Writer.TryWrite(new Frame(bytes, kind, null));

    /// <summary>Done when everything given so far has been handed to the network.</summary>
    public Task Flushed()
    {
        var flushed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _outgoing.Writer.TryWrite(new Frame([], WebSocketMessageType.Text, flushed)) ? Task.WhenAny(flushed.Task, Over) : Over;
    }

    /// <summary>Waits for an event; one that came already counts.</summary>
    public async Task<HubEvent> WaitFor(Func<HubEvent, bool> wanted)
    {
        HubEvent? found = null;
        await Polling.Eventually(() =>
        {
            found = Events.FirstOrDefault(wanted);
            return found is not null ? null : $"not heard among {Events.Count} events, the last of them: {string.Join(" | ", Events.TakeLast(5))}";
        });
        return found!;
    }

    /// <summary>Waits for an event of this kind.</summary>
    public Task<HubEvent> WaitFor(string kind) => WaitFor(e => e.Kind == kind);

    /// <summary>Takes nothing more from its socket, as a client that is too slow.</summary>
    public void StopReading() => _pause = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Takes up reading where it stopped.</summary>
    public void ReadOn() => Interlocked.Exchange(ref _pause, null)?.SetResult();

    /// <summary>Ends the connection as a pulled cable does: without a word.</summary>
    public void Cut()
    {
        _ended.Cancel();
        _socket.Abort();
    }

    /// <summary>Closes as a good client does.</summary>
    public async Task Close()
    {
        try
        {
            using var patience = new CancellationTokenSource(Patience);
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token);
            await Over.WaitAsync(patience.Token);
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // It was closed already.
        }
    }

    /// <summary>Ends it, and fails if the server has sent something that no client could read.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_pings is { } pings)
        {
            await pings.DisposeAsync();
        }

        _outgoing.Writer.TryComplete();
        if (!IsOver)
        {
            Cut();
            await Over;
        }

        _socket.Dispose();
        _ended.Dispose();
        if (_fault is not null)
        {
            throw new InvalidOperationException("The server sent what cannot be read.", _fault);
        }
    }

    private Task<HubReply> Expect(string id, string command)
    {
        var call = new Call(command, new TaskCompletionSource<HubReply>(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_gate)
        {
            if (IsOver)
            {
                return Task.FromException<HubReply>(new IOException("The connection is over."));
            }

            _calls[id] = call;
        }

        return call.Reply.Task.WaitAsync(Patience);
    }

    private async Task Write()
    {
        try
        {
            await foreach (var frame in _outgoing.Reader.ReadAllAsync(_ended.Token))
            {
                if (frame.Flushed is { } flushed)
                {
                    flushed.SetResult();
                    continue;
                }

                await _socket.SendAsync(frame.Bytes, frame.Kind, endOfMessage: true, _ended.Token);
            }
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or OperationCanceledException or IOException or InvalidOperationException)
        {
            // The reader says that it is over.
        }
    }

    private async Task Read()
    {
        var buffer = new byte[65_536];
        var record = new ArrayBufferWriter<byte>();
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveAsync(buffer.AsMemory(), _ended.Token);
                if (_pause is { } pause)
                {
                    await pause.Task.WaitAsync(_ended.Token);
                }

                Volatile.Write(ref _lastHeard, TimeProvider.System.GetTimestamp());
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    break;
                }

                TakeRecords(buffer.AsSpan(0, received.Count), record);
            }

            if (_socket.State == WebSocketState.CloseReceived)
            {
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, _ended.Token);
            }
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or OperationCanceledException or IOException)
        {
            // Over is over, whoever ended it.
        }
        catch (Exception e)
        {
            _fault = e;
        }
        finally
        {
            End();
        }
    }

    private void TakeRecords(ReadOnlySpan<byte> bytes, ArrayBufferWriter<byte> record)
    {
        while (bytes.IndexOf(RecordSeparator) is >= 0 and var end)
        {
            record.Write(bytes[..end]);
            bytes = bytes[(end + 1)..];
            Take(record.WrittenMemory);
            record.ResetWrittenCount();
        }

        record.Write(bytes);
    }

    private void Take(ReadOnlyMemory<byte> record)
    {
        using var document = JsonDocument.Parse(record);
        var json = document.RootElement;
        if (!_handshake.Task.IsCompleted)
        {
            _handshake.SetResult(json.Clone());
            return;
        }

        switch (json.GetProperty("type").GetInt32())
        {
            case 1:
                TakeEvent(json.GetProperty("target").GetString()!, json.GetProperty("arguments"));
                break;
            case 3:
                TakeReply(json);
                break;
            case 7:
                CloseSentence = json.TryGetProperty("error", out var error) ? error.GetString() : "";
                break;
        }
    }

    private void TakeEvent(string name, JsonElement arguments)
    {
        var stamp = arguments.GetArrayLength() > 1 ? arguments[1].Deserialize<HubStamp>(Options) : null;
        lock (_gate)
        {
            var arrived = new HubEvent(_arrivals.Count, name, arguments[0].Clone(), stamp);
            _arrivals.Add(arrived);
            _events.Add(arrived);
        }

        if (name == "Disconnecting" && arguments[0].GetProperty("code").GetInt32() == ShutdownCode)
        {
            // As a good client does; the server waits a while for that, so that nobody is cut off before it has read why.
            _ = Close();
        }
    }

    private void TakeReply(JsonElement json)
    {
        var answer = json.TryGetProperty("result", out var result) ? result.Deserialize<HubAnswer>(Options)! : null;
        if (answer is { Body.ValueKind: not JsonValueKind.Undefined })
        {
            answer = answer with { Body = answer.Body.Clone() };
        }

        Call? call;
        HubReply reply;
        lock (_gate)
        {
            _calls.Remove(json.GetProperty("invocationId").GetString()!, out call);
            reply = new HubReply(
                _arrivals.Count, call?.Command ?? "nobody's call", answer, json.TryGetProperty("error", out var error) ? error.GetString() : null);
            _arrivals.Add(reply);
        }

        call?.Reply.TrySetResult(reply);
    }

    private void End()
    {
        Call[] open;
        lock (_gate)
        {
            _over.TrySetResult();
            open = [.. _calls.Values];
            _calls.Clear();
        }

        _outgoing.Writer.TryComplete();
        _handshake.TrySetException(new IOException("The connection was closed before the handshake was answered."));
        _ = _handshake.Task.Exception;
        foreach (var call in open)
        {
            call.Reply.TrySetException(new IOException($"The connection was closed before {call.Command} was answered."));
        }
    }

    private sealed record Frame(byte[] Bytes, WebSocketMessageType Kind, TaskCompletionSource? Flushed);

    private sealed record Call(string Command, TaskCompletionSource<HubReply> Reply);
}
