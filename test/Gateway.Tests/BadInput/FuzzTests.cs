using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Orchestrator.Tests;

/// <summary>Valid frames with mistakes in them, by the thousand. TEST_SEED repeats a run.</summary>
[Collection(nameof(Alone))]
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int Inputs = 20_000;
    private const int Batch = 25;
    private const int Broken = 3;
    private const int Calls = 10;
    private const long BytesMax = 64 << 20;

    private static readonly string[] Frames =
    [
        """{"type":1,"invocationId":"1","target":"Login","arguments":[{"userName":"Ann","userPassword":""}]}""",
        """{"type":1,"invocationId":"2","target":"AddSession","arguments":[{"sessionName":"n","sessionDescription":"d","sessionProtocol":"p","scenarioDefinition":{"scenarioId":"s","scenarioName":"t"},"canBeMaster":true,"key":"k"}]}""",
        """{"type":1,"invocationId":"3","target":"GetSessions","arguments":[]}""",
        """{"type":1,"invocationId":"4","target":"JoinSession","arguments":[{"sessionId":"SESSION","canBeMaster":false}]}""",
        """{"type":1,"invocationId":"5","target":"SendMessage","arguments":[{"userId":"u","message":{"a":[1,2,{"b":"ü"}]}}]}""",
        """{"type":1,"invocationId":"6","target":"SendMessageToAll","arguments":[{"message":"hello","key":"k"}]}""",
        """{"type":1,"invocationId":"7","target":"SendSceneEventToUser","arguments":[{"userId":"u","event":[1,2,3],"masterEpoch":1}]}""",
        """{"type":1,"invocationId":"8","target":"LeaveSession","arguments":[]}""",
        """{"type":1,"invocationId":"9","target":"Resume","arguments":[{"token":"TOKEN","at":{"source":"SESSION","epoch":1,"seq":2}}]}""",
        """{"type":1,"invocationId":"10","target":"Logout","arguments":[]}""",
        """{"type":6}""",
        """{"type":4,"invocationId":"11","target":"GetSessions","arguments":[],"streamIds":["1"]}""",
        """{"type":2,"invocationId":"11","item":{"a":1}}""",
        """{"type":3,"invocationId":"11","result":{"a":1}}""",
        """{"type":5,"invocationId":"11"}""",
    ];

    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "1e300", "9223372036854775808", "\"\"", "\"x\"", "\"\\u0000\"", "\"\\ud83d\\ude00\"", "[]", "{}", "[[[[1]]]]", "[null,null]",
        "{\"a\":{\"b\":{}}}", "\"SESSION\"", "\"../..\"",
    ];

    private static readonly string[] Tokens =
        ["null", "true", "{}", "[]", "\"\"", "-1", "1e999", "0.1", "\\ud800", "\\u0000", "NaN", "{\"a\":", "]", "}", ",", ":", "\"", "\u001e", "Ünï", "9999999999999999999999", "\\"];

    [Fact]
    public async Task The_server_answers_what_it_can_and_stays_what_it_is()
    {
        var seed = RunSettings.Seed;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var server = await HubServer.Start(("Limits:GraceSeconds", 0.5));
        await using var observer = await server.Connect();
        var ann = await Guest.LogIn(observer, "Ann");
        var session = await ann.AddSession();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var (inputs, connections, answered) = (0, 0, 0);
        while (inputs < Inputs)
        {
            await using var client = await server.Connect();
            connections++;
            var guest = await Guest.LogIn(client, "Fuzz");
            while (inputs < Inputs && await Survives(client, guest, session, random, seed))
            {
                inputs += Batch;
            }

            inputs += client.IsOver ? Batch : 0;
            answered += client.Arrivals.OfType<HubReply>().Count();
            client.Arrivals.OfType<HubReply>().ShouldAllBe(r => r.Answer == null || (r.Answer.Error != (int)RefusalCode.Internal && r.Answer.Message.Length > 0));
        }

        (await ann.Invoke("GetSessions")).Ok();
        observer.IsOver.ShouldBeFalse();
        await Eventually(() => GC.GetTotalMemory(forceFullCollection: true) - before is > BytesMax and var more ? $"{more} bytes more than before" : null);
        output.WriteLine($"{inputs} inputs on {connections} connections, {answered} answers, {GC.GetTotalMemory(false) - before} bytes more");
    }

    /// <summary>Sends a batch and a good call after it; false when the connection was closed meanwhile.</summary>
    private static async Task<bool> Survives(HubClient client, Guest guest, string session, Random random, int seed)
    {
        try
        {
            for (var i = 0; i < Batch; i++)
            {
                // Broken ones come last: what is no JSON ends the connection.
                var frame = Frames[random.Next(random.Next(12) == 0 ? Frames.Length : Calls)].Replace("SESSION", session, StringComparison.Ordinal).Replace("TOKEN", guest.Token, StringComparison.Ordinal);
                var changed = Encoding.UTF8.GetBytes(Change(frame, session, random));
                byte[] bytes = i < Batch - Broken ? [.. changed, HubClient.RecordSeparator] : Mutate([.. changed, HubClient.RecordSeparator], random);
                client.SendRaw(bytes, random.Next(8) == 0 ? WebSocketMessageType.Binary : WebSocketMessageType.Text);
            }

            // Ends what may be open before it.
            client.SendRaw([HubClient.RecordSeparator]);
            await client.Invoke("GetOrchestratorVersion");
            return true;
        }
        catch (IOException)
        {
            return false;
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"seed {seed}: neither answered nor closed after {client.Arrivals.Count} arrivals", e);
        }
    }

    /// <summary>Puts another value, or none, somewhere: still JSON, seldom still a good call.</summary>
    private static string Change(string frame, string session, Random random)
    {
        var root = JsonNode.Parse(frame)!;
        for (var i = random.Next(3); i > 0; i--)
        {
            var at = Descend(root, random);
            var value = JsonNode.Parse(Values[random.Next(Values.Length)].Replace("SESSION", session, StringComparison.Ordinal));
            switch (at)
            {
                case JsonObject fields when random.Next(4) == 0:
                    fields[$"more{i}"] = value;
                    break;
                case JsonObject { Count: > 0 } fields when random.Next(4) == 0:
                    fields.Remove(fields.ElementAt(random.Next(fields.Count)).Key);
                    break;
                case JsonObject { Count: > 0 } fields:
                    fields[fields.ElementAt(random.Next(fields.Count)).Key] = value;
                    break;
                case JsonArray items when items.Count == 0 || random.Next(4) == 0:
                    items.Add(value);
                    break;
                case JsonArray items:
                    items[random.Next(items.Count)] = value;
                    break;
            }
        }

        return root.ToJsonString();
    }

    /// <summary>An object or a list somewhere in it, mostly deep inside.</summary>
    private static JsonNode Descend(JsonNode at, Random random)
    {
        while (random.Next(100) > 0)
        {
            JsonNode?[] inner = at switch
            {
                JsonObject fields => [.. fields.Select(f => f.Value)],
                JsonArray items => [.. items],
                _ => [],
            };
            inner = [.. inner.Where(n => n is JsonObject or JsonArray)];
            if (inner.Length == 0)
            {
                break;
            }

            at = inner[random.Next(inner.Length)]!;
        }

        return at;
    }

    private static byte[] Mutate(byte[] frame, Random random)
    {
        var bytes = frame.ToList();
        for (var i = random.Next(4); i > 0 && bytes.Count > 0; i--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(7))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes.RemoveAt(at);
                    break;
                case 3:
                    bytes.RemoveRange(at, random.Next(Math.Min(20, bytes.Count - at)));
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, random.Next(Math.Min(20, bytes.Count - at))));
                    break;
                default:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)]));
                    break;
            }
        }

        return [.. bytes];
    }
}
