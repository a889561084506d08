using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text.Json;

namespace Orchestrator.EndToEnd;

/// <summary>The program and the library of VR2Gather's own clients.</summary>
public sealed class VrTogetherTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _data = new();
    private OrchestratorProcess? _server;

    private Uri Address => _server!.Address;

    public async ValueTask InitializeAsync() => _server = await OrchestratorProcess.Start(_data.Path);

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        _data.Dispose();
    }

    [Fact]
    public async Task Two_clients_go_through_the_whole_life_of_a_session()
    {
        await using var ann = await VrTogetherClient.Enter(Address, "Ann");
        await using var ben = await VrTogetherClient.Enter(Address, "Ben");
        foreach (var client in new[] { ann, ben })
        {
            (await client.Call("UpdateUserDataJson", new { userDataJson = """{"userRepresentation":1,"hasVoice":true}""" })).GetProperty("hasVoice").GetBoolean().ShouldBeTrue();
            (await client.Call("GetOrchestratorVersion")).GetProperty("orchestratorVersion").GetString().ShouldNotBeNullOrEmpty();
            (await client.Call("GetNTPTime")).GetProperty("ntpTimeMs").GetInt64().ShouldBeGreaterThan(1_700_000_000_000);
        }

        var added = await ann.Call("AddSession", Session("The evening"));
        var session = added.GetProperty("sessionId").GetString()!;
        added.GetProperty("sessionMaster").GetString().ShouldBe(ann.UserId);
        (await ben.Call("GetSessions")).TryGetProperty(session, out _).ShouldBeTrue();
        var joined = await ben.Call("JoinSession", new { sessionId = session });
        joined.GetProperty("sessionUsers").EnumerateArray().Select(u => u.GetString()).ShouldBe([ann.UserId, ben.UserId]);
        await Hears(ann, "USER_JOINED_SESSION", ben);

        await ann.Call("SendMessageToAll", new { message = "START_{}" });
        await Eventually(() => ben.Messages.Any(m => m.GetProperty("message").GetString() == "START_{}") ? null : "the message has not come");

        var events = Listen(ben, "SceneEventToUser");
        await ann.Send("SendSceneEventToAllUsers", (object)"""{"TypeId":100,"Data":"{}"}"""u8.ToArray());
        await Eventually(() => events.Count == 1 ? null : "the scene event has not come");
        events.TryPeek(out var scene).ShouldBeTrue();
        scene.ShouldBe("""{"TypeId":100,"Data":"{}"}"""u8.ToArray());

        var packets = new ConcurrentQueue<byte[]>();
        ben.On("DataReceived", response => packets.Enqueue(response.GetValue<byte[]>(2)));
        await ben.Send("RegisterForDataStream", ann.UserId, "voice");
        await ben.Call("GetSessionInfo");
        await ann.Send("SendData", "voice", new byte[] { 1, 2, 3 });
        await Eventually(() => packets.TryPeek(out var packet) && packet.SequenceEqual(new byte[] { 1, 2, 3 }) ? null : "the packet has not come");

        // As the client does it: the creator leaves, the others follow, the creator waits for that and deletes.
        await ann.Call("LeaveSession");
        await Hears(ben, "USER_LEFT_SESSION", ann);
        await ben.Call("LeaveSession");
        await Eventually(async () => (await ann.Call("GetSessionInfo")).GetProperty("sessionUsers").GetArrayLength() == 0 ? null : "somebody is still there");
        await ann.Call("DeleteSession", new { sessionId = session });
        (await ann.Call("GetSessions")).TryGetProperty(session, out _).ShouldBeFalse();
        (await ann.Ask("LeaveSession")).GetProperty("error").GetInt32().ShouldBe(800);
    }

    [Fact]
    public async Task A_client_that_sends_a_lot_from_two_threads_loses_nothing_keeps_its_order_and_stays()
    {
        const int SceneEventsPerSecond = 700;
        const int PacketsPerSecond = 200;
        const int PacketBytes = 60_000;
        var length = TimeSpan.FromSeconds(20);
        await using var client = await VrTogetherClient.Enter(Address, "Ann");
        await client.Call("AddSession", Session("A lot"));
        await client.Send("RegisterForDataStream", client.UserId, "points");
        await client.Call("GetSessionInfo");
        var events = Listen(client, "SceneEventToUser");
        var packets = new ConcurrentQueue<(int Number, int Length)>();
        client.On("DataReceived", response =>
        {
            var bytes = response.GetValue<byte[]>(2);
            packets.Enqueue((BinaryPrimitives.ReadInt32LittleEndian(bytes), bytes.Length));
        });

        var sent = await Task.WhenAll(
            Task.Run(() => Repeat(length, SceneEventsPerSecond, () => events.Count, number => client.Send("SendSceneEventToAllUsers", (object)Numbered(number, 200)))),
            Task.Run(() => Repeat(length, PacketsPerSecond, () => packets.Count, number => client.Send("SendData", "points", Numbered(number, PacketBytes)))));

        await Eventually(() => events.Count == sent[0] && packets.Count == sent[1]
            ? null
            : $"{events.Count} of {sent[0]} scene events and {packets.Count} of {sent[1]} packets have come; {string.Join(", ", client.Disconnections)}");
        events.Select(e => BinaryPrimitives.ReadInt32LittleEndian(e)).ShouldBe(Enumerable.Range(0, sent[0]));
        packets.Select(p => p.Number).ShouldBe(Enumerable.Range(0, sent[1]));
        packets.ShouldAllBe(p => p.Length == PacketBytes);
        client.Disconnections.ShouldBeEmpty();
        TestContext.Current.SendDiagnosticMessage($"{sent[0]} scene events and {sent[1]} packets");
    }

    private static object Session(string sessionName) => new
    {
        sessionName,
        sessionDescription = "",
        sessionProtocol = "socketio",
        scenarioDefinition = new { scenarioId = "s", scenarioName = (string?)null, scenarioDescription = (string?)null },
    };

    /// <summary>The bytes of scene events, as they come.</summary>
    private static ConcurrentQueue<byte[]> Listen(VrTogetherClient client, string name)
    {
        var heard = new ConcurrentQueue<byte[]>();
        client.On(name, response => heard.Enqueue(response.InComingBytes[0]));
        return heard;
    }

    private static Task Hears(VrTogetherClient client, string eventId, VrTogetherClient about) => Eventually(() =>
        client.Updates.Any(u => u.GetProperty("eventId").GetString() == eventId && IsAbout(u, about)) ? null : $"{eventId} has not come");

    private static bool IsAbout(JsonElement update, VrTogetherClient client) => update.GetProperty("eventData").GetProperty("userId").GetString() == client.UserId;

    private static byte[] Numbered(int number, int length)
    {
        var bytes = new byte[length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return bytes;
    }

    /// <summary>
    /// Sends at a rate, each when the one before is out, and no more than a quarter of a second ahead of what was heard: a client that is slower than that would be one that reads too slowly. Gives how many.
    /// </summary>
    private static async Task<int> Repeat(TimeSpan length, int perSecond, Func<int> heard, Func<int, Task> send)
    {
        var time = TimeProvider.System;
        var began = time.GetTimestamp();
        var number = 0;
        while (time.GetElapsedTime(began) is var passed && passed < length)
        {
            for (; number < passed.TotalSeconds * perSecond && number - heard() < perSecond / 4; number++)
            {
                await send(number);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1), time);
        }

        return number;
    }
}
