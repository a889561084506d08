using System.Text;
using System.Text.Json;
using Orchestrator.SocketIo;

namespace Orchestrator.Tests;

/// <summary>Packets with mistakes in them, by the million, for the decoder; by the thousand for a whole server. TEST_SEED repeats a run.</summary>
[Collection(nameof(Alone))]
public sealed class PacketFuzzTests(ITestOutputHelper output)
{
    private const int Packets = 1_000_000;
    private const int Workers = 2;
    private const int Messages = 3_000;

    private static readonly byte[][] Recorded =
    [
        .. new[]
        {
            "0", "0/log,", "0{\"token\":\"a\"}", "1", "1/log,", "30[]", "3/log,7[1,2]",
            """2["echo"]""",
            """20["Login",{"userName":"Ann","userPassword":""}]""",
            """212["AddSession",{"sessionName":"n","sessionDescription":null,"scenarioDefinition":{"scenarioId":"s"}}]""",
            """2/log,3["echo","text",[1,2,{"b":"ü"}],null,true,1.5e3]""",
            """51-["SendData","kind",{"_placeholder":true,"num":0}]""",
            """52-/log,9["SendSceneEventToUser","u",{"a":{"_placeholder":true,"num":1}},[{"_placeholder":true,"num":0}]]""",
            """61-4[{"_placeholder":true,"num":0}]""",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    private static readonly byte[][] Tokens =
        [.. new[] { "null", "{", "}", "[", "]", "\"", ",", ":", "-1", "1e999", "\\ud800", "\\u0000", "{\"_placeholder\":true,\"num\":0}", "\"num\"", "5-", "0", "99999999999", "/", "\\", "ü" }.Select(Encoding.UTF8.GetBytes)];

    [Fact]
    public async Task The_decoder_says_of_every_text_what_it_is()
    {
        var seed = RunSettings.Seed;
        output.WriteLine($"seed {seed}");

        var whole = await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(() => Decode(new Random(seed + worker), Packets / Workers))));

        output.WriteLine($"{whole.Sum()} of {Packets} are packets");
        whole.Sum().ShouldBeInRange(Packets / 100, Packets);
    }

    [Fact]
    public async Task The_server_answers_or_closes_with_a_reason_and_stays_what_it_is()
    {
        var seed = RunSettings.Seed;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var server = await EchoServer.Start(static l => l.HeartbeatSeconds = 3_600);
        await using var other = await EchoClient.Enter(server);
        var (sent, connections) = (0, 0);
        while (sent < Messages)
        {
            await using var client = await EchoClient.Enter(server);
            connections++;
            sent += await SayNonsense(client, random);
        }

        await other.Say("421[\"echo\"]");
        (await other.Hear()).ShouldBe("431[]");
        await Eventually(() => server.Connections.Count == 1 ? null : $"{server.Connections.Count} connections are left");
        server.Application.Left.ShouldBe(server.Application.Entered - 1);
        output.WriteLine($"{sent} messages on {connections} connections");
    }

    /// <summary>Sends until the server closes, which it says why; gives how much was sent.</summary>
    private static async Task<int> SayNonsense(EchoClient client, Random random)
    {
        for (var sent = 1; ; sent++)
        {
            try
            {
                await (random.Next(6) == 0 ? client.Say(new byte[random.Next(10)]) : client.SayPart([(byte)'4', .. Valid(Mutated(random))], System.Net.WebSockets.WebSocketMessageType.Text, System.Net.WebSockets.WebSocketMessageFlags.EndOfMessage));
                await client.Say($"42{sent}[\"echo\",\"end\"]");
                while (await client.Hear() is var heard && heard != $"43{sent}[\"end\"]")
                {
                    if (heard == "closed")
                    {
                        ((int)client.CloseStatus!).ShouldBeOneOf(1000, 1002);
                        (client.CloseStatus == System.Net.WebSockets.WebSocketCloseStatus.NormalClosure || client.CloseReason is { Length: > 0 }).ShouldBeTrue();
                        return sent;
                    }
                }
            }
            catch (System.Net.WebSockets.WebSocketException)
            {
                // It was closed while we wrote.
                return sent;
            }
        }
    }

    private static int Decode(Random random, int packets)
    {
        var decoder = new PacketDecoder(new Limits());
        var whole = 0;
        for (var i = 0; i < packets; i++)
        {
            var decoded = random.Next(8) == 0 ? decoder.Binary(new byte[random.Next(4)]) : Text(decoder, Valid(Mutated(random)));
            whole += decoded.Packet is null ? 0 : 1;
            (decoded.Packet is not null && decoded.Mistake is not null).ShouldBeFalse();
            Check(decoded.Packet?.Event);
        }

        return whole;
    }

    private static Decoded Text(PacketDecoder decoder, byte[] text)
    {
        Check(decoder.TakeUnfinished()?.Event);
        return decoder.Text(text);
    }

    /// <summary>What it takes for an event can be sent on, with as many parts as it says.</summary>
    private static void Check(SocketIoEvent? taken)
    {
        foreach (var argument in taken?.Arguments ?? [])
        {
            using var json = JsonDocument.Parse(argument.Utf8);
            if (argument.Attachments.Length > 0)
            {
                using var renumbered = JsonDocument.Parse(argument.WithPlaceholdersFrom(7));
                Parts(renumbered.RootElement).ShouldBe(Enumerable.Range(7, argument.Attachments.Length));
            }
        }
    }

    private static IEnumerable<int> Parts(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object when element.TryGetProperty("_placeholder", out var mark) && mark.ValueKind == JsonValueKind.True => [element.GetProperty("num").GetInt32()],
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p => Parts(p.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Parts),
        _ => [],
    };

    private static byte[] Valid(byte[] text) => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text));

    private static byte[] Mutated(Random random)
    {
        var bytes = Recorded[random.Next(Recorded.Length)].ToList();
        for (var changes = random.Next(4); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(128);
                    break;
                case 1:
                    bytes.RemoveAt(at);
                    break;
                case 2:
                    bytes.RemoveRange(at, random.Next(Math.Min(12, bytes.Count - at)));
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, random.Next(Math.Min(12, bytes.Count - at))));
                    break;
                default:
                    bytes.InsertRange(at, Tokens[random.Next(Tokens.Length)]);
                    break;
            }
        }

        return [.. bytes];
    }
}
