using System.Buffers.Binary;
using System.Net.WebSockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Connections;
using Orchestrator.Packets;

namespace Orchestrator.Tests;

/// <summary>A packet that came on a packet socket.</summary>
public sealed record PacketHeard(string Owner, string Kind, bool IsJson, uint Seq, long SentAt, byte[] Bytes)
{
    public string Text => Encoding.UTF8.GetString(Bytes);
}

/// <summary>A refusal that came on a packet socket.</summary>
public sealed record PacketError(uint Handle, uint Seq, int Code, bool Retry, string Sentence);

/// <summary>A client of <c>/packets</c> that reads by the layout of docs/wire.md, and can do what a good client never does.</summary>
public sealed class PacketClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<uint, (string Owner, string Kind)> _streams = [];
    private readonly List<PacketHeard> _packets = [];
    private readonly List<PacketError> _errors = [];
    private volatile TaskCompletionSource? _pause;
    private Exception? _fault;

    private PacketClient()
    {
    }

    public IReadOnlyList<PacketHeard> Packets
    {
        get
        {
            lock (_gate)
            {
                return [.. _packets];
            }
        }
    }

    public IReadOnlyList<PacketError> Errors
    {
        get
        {
            lock (_gate)
            {
                return [.. _errors];
            }
        }
    }

    /// <summary>How many numbers of streams it was told.</summary>
    public int StreamCount
    {
        get
        {
            lock (_gate)
            {
                return _streams.Count;
            }
        }
    }

    public bool IsOver => _over.Task.IsCompleted;

    /// <summary>With what the server closed it; null when it was cut.</summary>
    public int? CloseStatus => (int?)_socket.CloseStatus;

    public string? CloseReason => _socket.CloseStatusDescription;

    /// <summary>Opens one beside the connection of a guest.</summary>
    public static async Task<PacketClient> Open(HubServer server, Guest guest) => await Open(server, await TokenOf(guest));

    public static async Task<PacketClient> Open(HubServer server, string token)
    {
        var client = new PacketClient();
        using var patience = new CancellationTokenSource(Patience);
        var before = Exits(server);
        await client._socket.ConnectAsync(AddressOf(server, token), patience.Token);
        _ = client.Read();
        // The handshake is answered before packets leave there.
        await Eventually(() => client._over.Task.IsCompleted || Exits(server).Except(before).Any() ? null : "no packets leave there yet");
        return client;
    }

    public static async Task<string> TokenOf(Guest guest) => (await guest.Invoke("GetPacketToken")).Ok().Body.Text("packetToken");

    public Task Bind(uint handle, string kind) => SendRaw([1, 0, 0, 0, .. Bytes(handle), .. Encoding.UTF8.GetBytes(kind)]);

    public Task Send(uint handle, uint seq, ReadOnlySpan<byte> payload, bool isJson = false, long sentAt = 0)
    {
        var time = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(time, sentAt);
        return SendRaw([2, isJson ? (byte)1 : (byte)0, 0, 0, .. Bytes(handle), .. Bytes(seq), .. time, .. payload]);
    }

    public Task SendRaw(byte[] bytes, WebSocketMessageType kind = WebSocketMessageType.Binary) => _socket.SendAsync(bytes, kind, endOfMessage: true, _ended.Token);

    /// <summary>Waits for a packet; one that came already counts.</summary>
    public async Task<PacketHeard> WaitFor(Func<PacketHeard, bool> wanted)
    {
        PacketHeard? found = null;
        await Eventually(() =>
        {
            found = Packets.FirstOrDefault(wanted);
            return found is not null ? null : $"not heard among {Packets.Count} packets; errors: {string.Join(" | ", Errors)}; over: {IsOver} {CloseStatus}";
        });
        return found!;
    }

    public async Task<PacketError> WaitForError(int number = 0)
    {
        await Eventually(() => Errors.Count > number ? null : $"no refusal came; over: {IsOver} {CloseStatus}");
        return Errors[number];
    }

    /// <summary>Waits until it is closed, and gives with what.</summary>
    public async Task<int?> WaitForEnd()
    {
        await _over.Task.WaitAsync(Patience);
        return CloseStatus;
    }

    public void StopReading() => _pause = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void ReadOn() => Interlocked.Exchange(ref _pause, null)?.SetResult();

    public void Cut()
    {
        _ended.Cancel();
        _socket.Abort();
    }

    /// <summary>Ends it, and fails if the server has sent something that the layout does not have.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!IsOver)
        {
            Cut();
            await _over.Task;
        }

        _socket.Dispose();
        _ended.Dispose();
        if (_fault is not null)
        {
            throw new InvalidOperationException("The server sent what cannot be read.", _fault);
        }
    }

    /// <summary>Where packets leave at the server now.</summary>
    private static HashSet<PacketExit> Exits(HubServer server) =>
        [.. server.Services.GetRequiredService<ConnectionTable>().All.Select(connection => connection.Packets).OfType<PacketExit>()];

    private static Uri AddressOf(HubServer server, string token) =>
        new UriBuilder(server.Url($"/packets?access_token={Uri.EscapeDataString(token)}")) { Scheme = "ws" }.Uri;

    private static byte[] Bytes(uint number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, number);
        return bytes;
    }

    private async Task Read()
    {
        var buffer = new byte[4 * 1_048_576];
        var length = 0;
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveAsync(buffer.AsMemory(length), _ended.Token);
                if (_pause is { } pause)
                {
                    await pause.Task.WaitAsync(_ended.Token);
                }

                if (received.MessageType == WebSocketMessageType.Close)
                {
                    break;
                }

                length += received.Count;
                if (received.EndOfMessage)
                {
                    received.MessageType.ShouldBe(WebSocketMessageType.Binary);
                    Take(buffer.AsSpan(0, length));
                    length = 0;
                }
            }

            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, _ended.Token);
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
            _over.TrySetResult();
        }
    }

    private void Take(ReadOnlySpan<byte> message)
    {
        var number = BinaryPrimitives.ReadUInt32LittleEndian(message[4..]);
        lock (_gate)
        {
            switch (message[0])
            {
                case 1:
                    var owner = BinaryPrimitives.ReadUInt16LittleEndian(message[2..]);
                    _streams[number] = (Encoding.UTF8.GetString(message.Slice(8, owner)), Encoding.UTF8.GetString(message[(8 + owner)..]));
                    break;
                case 2:
                    var stream = _streams[number];
                    _packets.Add(new PacketHeard(
                        stream.Owner,
                        stream.Kind,
                        message[1] == 1,
                        BinaryPrimitives.ReadUInt32LittleEndian(message[8..]),
                        BinaryPrimitives.ReadInt64LittleEndian(message[12..]),
                        message[20..].ToArray()));
                    break;
                case 3:
                    _errors.Add(new PacketError(
                        number,
                        BinaryPrimitives.ReadUInt32LittleEndian(message[8..]),
                        BinaryPrimitives.ReadInt32LittleEndian(message[12..]),
                        message[1] == 1,
                        Encoding.UTF8.GetString(message[16..])));
                    break;
                default:
                    throw new InvalidOperationException($"There is no type {message[0]}.");
            }
        }
    }
}
