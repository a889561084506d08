using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Orchestrator.Load.Measuring;

namespace Orchestrator.Load.Wire;

/// <summary>One user on one connection. Events are counted where they arrive; of the rest, only what is waited for is read.</summary>
internal sealed class Member : IFrameSink, IDisposable
{
    private const string CommandId = "c";
    private static readonly TimeSpan ReplyTimeout = TimeSpan.FromSeconds(30);
    private static readonly byte[] KeepAliveFrame = Frame.Of("""{"type":6}""");

    private readonly Meter _meter;
    private readonly int _senders;
    private readonly SenderNumbers _numbers;
    private readonly StampCheck _stamps = new();
    private readonly MessageSplitter _splitter;
    private readonly WireConnection _connection;
    private readonly TaskCompletionSource _greeted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile TaskCompletionSource<JsonElement>? _reply;

    private Member(Uri url, Reactor reactor, Meter meter, int senders)
    {
        (_meter, _senders, _numbers) = (meter, senders, new SenderNumbers(senders));
        _splitter = new MessageSplitter(Message);
        _connection = WireConnection.Open(url, reactor, this);
        _connection.Begin();
    }

    /// <summary>Sees every event that is no scene event of this program, on the reactor's thread.</summary>
    public MessageSink? Updates { get; set; }

    public Faults NumberFaults => _numbers.Faults;

    public Faults StampFaults => _stamps.Faults;

    /// <summary>A connection without a protocol: the floor's.</summary>
    public static Member OpenBare(Uri url, Reactor reactor, Meter meter, int senders) => new(url, reactor, meter, senders);

    /// <summary>A connection to the hub on which somebody is logged in.</summary>
    public static async Task<Member> OpenHub(Uri url, Reactor reactor, Meter meter, string userName, int senders)
    {
        var member = new Member(url, reactor, meter, senders);
        try
        {
            member._connection.Send(Frame.Of("""{"protocol":"json","version":1}"""));
            await member._greeted.Task.WaitAsync(ReplyTimeout);
            await member.Command("Login", $$"""{"userName":"{{userName}}"}""");
            return member;
        }
        catch
        {
            member.Dispose();
            throw;
        }
    }

    /// <summary>Gives a command and answers the reply's body.</summary>
    public async Task<JsonElement> Command(string name, string parameters)
    {
        var reply = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        _reply = reply;
        _connection.Send(Frame.Of($$"""{"type":1,"invocationId":"{{CommandId}}","target":"{{name}}","arguments":[{{parameters}}]}"""));
        var result = await reply.Task.WaitAsync(ReplyTimeout);
        return result.GetProperty("error").GetInt32() == 0
            ? result.TryGetProperty("body", out var body) ? body : default
            : throw new InvalidOperationException($"{name} was refused: {result.GetProperty("message").GetString()}");
    }

    public EventSender Sender(string message) => new(_connection, message);

    public void Take(int opcode, ReadOnlySpan<byte> payload, long now) => _splitter.Take(payload, now);

    public void KeepAlive() => _connection.Send(KeepAliveFrame);

    public void Broken(string reason)
    {
        _meter.BrokenBy(reason);
        var broken = new IOException($"The connection broke: {reason}.");
        _greeted.TrySetException(broken);
        _reply?.TrySetException(broken);
    }

    public void Dispose() => _connection.Dispose();

    private void Message(ReadOnlySpan<byte> message, long now)
    {
        var data = EventData.Find(message);
        if (data >= 0)
        {
            var (time, sender, number) = EventData.Read(message[data..]);
            if (sender < 0 || sender >= _senders)
            {
                Broken("an event came back mangled");
                return;
            }

            _numbers.Arrived(sender, number);
            CheckStamp(message[data..]);
            _meter.Arrived(time, now);
        }
        else if (message.StartsWith("{\"type\":3,"u8))
        {
            Reply(message);
        }
        else if (message.StartsWith("{\"type\":1,"u8))
        {
            CheckStamp(message);
            Updates?.Invoke(message, now);
        }
        else if (message.SequenceEqual("{}"u8))
        {
            _greeted.TrySetResult();
        }
    }

    private void CheckStamp(ReadOnlySpan<byte> message)
    {
        var at = message.LastIndexOf("\"epoch\":"u8);
        if (at >= 0 && Number(message[at..], "\"seq\":"u8) is var seq && Number(message[at..], "\"prev\":"u8) is >= 0 and var previous)
        {
            _stamps.Arrived(Number(message[at..], "\"epoch\":"u8), seq, previous);
        }
    }

    private static long Number(ReadOnlySpan<byte> message, ReadOnlySpan<byte> name)
    {
        var at = message.IndexOf(name);
        return at >= 0 && Utf8Parser.TryParse(message[(at + name.Length)..], out long value, out _) ? value : -1;
    }

    private void Reply(ReadOnlySpan<byte> message)
    {
        if (message.IndexOf("\"invocationId\":\"c\""u8) >= 0)
        {
            CommandReply(message);
            return;
        }

        _meter.Replied();
        if (message.IndexOf("\"error\":0,"u8) < 0)
        {
            _meter.Refused(Encoding.UTF8.GetString(message));
        }
    }

    private void CommandReply(ReadOnlySpan<byte> message)
    {
        var reader = new Utf8JsonReader(message);
        var reply = JsonElement.ParseValue(ref reader);
        if (!reply.TryGetProperty("result", out var result))
        {
            _reply?.TrySetException(new InvalidOperationException(reply.ToString()));
            return;
        }

        if (result.TryGetProperty("at", out var at))
        {
            _stamps.Begin(at.GetProperty("epoch").GetInt64(), at.GetProperty("seq").GetInt64());
        }

        _reply?.TrySetResult(result);
    }
}
