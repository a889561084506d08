using System.Buffers.Binary;
using System.Text;
using Orchestrator.DataStreams;
using Orchestrator.Delivery;
using Orchestrator.EngineIo;
using Orchestrator.Rooms;
using Orchestrator.Scenarios;
using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.VrTogether;

/// <summary>The table of events, in the exact texts of the wire.</summary>
public sealed class DialectTests
{
    private static readonly UserId Ann = new("ann");

    private static readonly MemberRecord Member = new(Ann, "Ann", CanBeMaster: true, Presence.Online, Payload.Of("""{"hat":1}"""));

    public static TheoryData<Event, string> Events => new()
    {
        {
            new MemberJoined(Member),
            """42["SessionUpdated",{"eventId":"USER_JOINED_SESSION","eventData":{"userId":"ann","userData":{"userId":"ann","userName":"Ann","userData":{"hat":1},"sfuData":{"url_gen":"","url_audio":"","url_pcc":""},"presence":"online"}}}]"""
        },
        { new MemberLeft(Ann, LeaveReason.Left), """42["SessionUpdated",{"eventId":"USER_LEFT_SESSION","eventData":{"userId":"ann","reason":"left"}}]""" },
        { new MemberWentAway(Ann, default), """42["SessionUpdated",{"eventId":"USER_AWAY","eventData":{"userId":"ann"}}]""" },
        { new Sessions.MemberReturned(Ann), """42["SessionUpdated",{"eventId":"USER_RETURNED","eventData":{"userId":"ann"}}]""" },
        { new AdministratorWentAway(Ann, default), """42["SessionUpdated",{"eventId":"ADMINISTRATOR_AWAY","eventData":{"userId":"ann"}}]""" },
        { new AdministratorReturned(Ann), """42["SessionUpdated",{"eventId":"ADMINISTRATOR_RETURNED","eventData":{"userId":"ann"}}]""" },
        { new MemberDataChanged(Ann, Payload.Of("""{"hat":2}"""), default), """42["SessionUpdated",{"eventId":"USER_DATA_UPDATED","eventData":{"userId":"ann","userData":{"hat":2}}}]""" },
        { new MemberDataChanged(Ann, null, default), """42["SessionUpdated",{"eventId":"USER_DATA_UPDATED","eventData":{"userId":"ann","userData":{}}}]""" },
        { new MemberJoinedRoom(Ann, new RoomId("r")), """42["SessionUpdated",{"eventId":"USER_JOINED_ROOM","eventData":{"userId":"ann","roomId":"r"}}]""" },
        { new MemberLeftRoom(Ann, new RoomId("r")), """42["SessionUpdated",{"eventId":"USER_LEFT_ROOM","eventData":{"userId":"ann","roomId":"r"}}]""" },
        { new MasterChanged(Ann, 2), """42["SessionUpdated",{"eventId":"MASTER_CHANGED","eventData":{"userId":"ann","epoch":2}}]""" },
        { new MasterChanged(null, 3), """42["SessionUpdated",{"eventId":"MASTER_CHANGED","eventData":{"userId":"","epoch":3}}]""" },
        { new SessionClosed(CloseReason.Reset), """42["SessionClosed",{}]""" },
        { new MessageSent(Ann, "Ann", Payload.Of("\"START_{}\"")), """42["MessageSent",{"messageFrom":"ann","messageFromName":"Ann","message":"START_{}"}]""" },
        { new SceneEventSent(Ann, Payload.Of("[1]"), SceneEventAddress.Master), """42["SceneEventToMaster",{"sceneEventFrom":"ann","sceneEventData":[1]}]""" },
        { new SceneEventSent(Ann, Payload.Of("[1]"), SceneEventAddress.User), """42["SceneEventToUser",{"sceneEventFrom":"ann","sceneEventData":[1]}]""" },
        {
            new SceneEventSent(Ann, Payload.Binary("ab"u8.ToArray()), SceneEventAddress.User),
            """451-["SceneEventToUser",{"sceneEventFrom":"ann","sceneEventData":{"_placeholder":true,"num":0}}]|ab"""
        },
        {
            new DataStreamDeclared(Ann, new DataStream("k", "d")),
            """42["SessionUpdated",{"eventId":"DATA_STREAM_DECLARED","eventData":{"userId":"ann","dataStream":{"dataStreamUserId":"ann","dataStreamKind":"k","dataStreamDescription":"d","dataSteamDescription":"d","policy":"reliable"}}}]"""
        },
        { new DataStreamRemoved(Ann, "k"), """42["SessionUpdated",{"eventId":"DATA_STREAM_REMOVED","eventData":{"userId":"ann","dataStreamKind":"k"}}]""" },
        {
            new PacketsDropped(new DataStreamKey(Ann, "k"), [new(new UserId("ben"), 3)]),
            """42["SessionUpdated",{"eventId":"DATA_STREAM_DROPPED","eventData":{"userId":"ann","dataStreamKind":"k","droppedBy":{"ben":3}}}]"""
        },
        { new DataStreamRegistered(Ann, new DataStreamKey(Ann, "k")), "" },
        { new PacketSent(Ann, new DataStream("k", "d"), Payload.Binary("ab"u8.ToArray())), """451-["DataReceived","ann","k",{"_placeholder":true,"num":0}]|ab""" },
        { new PacketSent(Ann, new DataStream("k", "d"), Payload.Of("{\"a\":1}")), """42["DataReceived","ann","k",{"a":1}]""" },
        { new AudioSent(Ann, Payload.Binary("la"u8.ToArray())), """451-["AudioSent",{"audioFrom":"ann","audioData":{"_placeholder":true,"num":0}}]|la""" },
        {
            new ScenarioChanged(ScenarioControl.Start, Ann, new ScenarioClock(ScenarioState.Running, 0, 1_000, 1, 1)),
            """42["SessionUpdated",{"eventId":"SCENARIO_STARTED","eventData":{"userId":"ann","scenarioId":"evening","startTimeMs":1000,"positionMs":0,"atMs":1000,"rate":1,"run":1}}]"""
        },
        {
            new ScenarioEventFired(new ScenarioEvent(10, "bell", Payload.Of("5")), 1, 0, 1_010),
            """42["SessionUpdated",{"eventId":"SCENARIO_EVENT","eventData":{"userId":"","scenarioId":"evening","elapsedMs":10,"eventId":"bell","data":5,"run":1,"index":0,"late":false,"lateMs":0}}]"""
        },
    };

    [Theory]
    [MemberData(nameof(Events))]
    public void An_event_is_said_in_these_words(Event happened, string text) =>
        Say(new VrTogetherDialect(VrTogetherVersion.Two, EngineIoVersion.Four), happened).ShouldBe(text);

    [Fact]
    public void Version_one_says_two_of_them_differently()
    {
        var dialect = new VrTogetherDialect(VrTogetherVersion.One, EngineIoVersion.Three);
        Say(dialect, new MemberLeft(Ann, LeaveReason.Lost)).ShouldBe("""42["SessionUpdated",{"eventId":"USER_LEAVED_SESSION","eventData":{"userId":"ann","reason":"lost"}}]""");
        Say(dialect, new PacketSent(Ann, new DataStream("k", "d"), Payload.Binary("ab"u8.ToArray()))).ShouldBe("""451-["DataReceived","ann","k","d",{"_placeholder":true,"num":0}]|4:ab""");
    }

    [Fact]
    public void All_updates_are_told_and_their_first_key_is_the_user()
    {
        foreach (var (happened, text) in Events.Select(row => row.Data))
        {
            if (happened is SessionEvent { IsTold: true })
            {
                text.ShouldNotBeEmpty(happened.GetType().Name);
            }

            if (text.Contains("\"eventData\"", StringComparison.Ordinal))
            {
                text.ShouldContain("\"eventData\":{\"userId\":\"");
            }
        }

        typeof(SessionEvent).Assembly.GetTypes()
            .Where(t => t.IsSubclassOf(typeof(SessionEvent)) && !t.IsAbstract && t != typeof(SessionOpened) && t != typeof(DataStreamUnregistered))
            .ShouldBeSubsetOf(Events.Select(row => row.Data.Item1.GetType()), "an event without a word here is lost on this wire");
    }

    [Fact]
    public void A_snapshot_is_an_event_of_its_own_and_says_the_session()
    {
        var session = new SessionRecord(
            new SessionId("evening"), "The evening", null, Ann, null, 4, "chess", [Ann], [Member with { UserData = null, RoomId = new RoomId("r") }], "socketio");
        const string User = """{"userId":"ann","userName":"Ann","userData":{},"sfuData":{"url_gen":"","url_audio":"","url_pcc":""},"presence":"online","roomId":"r"}""";
        Frames(new VrTogetherDialect(VrTogetherVersion.Two, EngineIoVersion.Four).Encode(SourceId.Of(session.SessionId), default, new SessionSnapshot(session, default)))
            .ShouldBe($$"""42["SessionSnapshot",{"sessionId":"evening","sessionName":"The evening","sessionAdministrator":"ann","scenarioId":"chess","sessionUsers":["ann"],"sessionUserDefinitions":[{{User}}],"sessionProtocol":"socketio","masterEpoch":4}]""");
        Frames(new VrTogetherDialect(VrTogetherVersion.One, EngineIoVersion.Four).Encode(SourceId.Of(session.SessionId), default, new SessionSnapshot(session, default)))
            .ShouldContain("\"scenarioId\":\"evening\"");
    }

    [Fact]
    public void A_session_is_encoded_once_for_all_and_after_a_change_for_the_members_it_was_about()
    {
        MemberRecord[] members = [.. Enumerable.Range(0, 3).Select(i => Member with { UserId = new UserId($"u{i}"), UserData = Payload.Of("{\"n\":" + i + "}") })];
        var session = new SessionRecord(new SessionId("evening"), "The evening", null, Ann, null, 4, "chess", [.. members.Select(m => m.UserId)], [.. members], "socketio");
        var moved = session with { SessionUserDefinitions = session.SessionUserDefinitions.SetItem(1, members[1] with { RoomId = new RoomId("stage") }) };
        SessionShape.Of(session, VrTogetherVersion.Two).ShouldBeSameAs(SessionShape.Of(session, VrTogetherVersion.Two));
        SessionShape.Of(session, VrTogetherVersion.One).ShouldNotBeSameAs(SessionShape.Of(session, VrTogetherVersion.Two));
        UserShape.Shared(moved.SessionUserDefinitions[2]).ShouldBeSameAs(UserShape.Shared(session.SessionUserDefinitions[2]));

        Acknowledge(session).ShouldBe(Acknowledge(session));
        Acknowledge(moved).ShouldBe(Acknowledge(session).Replace(
            """{"n":1},"sfuData":{"url_gen":"","url_audio":"","url_pcc":""},"presence":"online"}""",
            """{"n":1},"sfuData":{"url_gen":"","url_audio":"","url_pcc":""},"presence":"online","roomId":"stage"}""",
            StringComparison.Ordinal));
    }

    [Fact]
    public void Binary_parts_of_what_a_member_shows_stay_binary_each_time()
    {
        var shown = Payload.Binary("ab"u8.ToArray());
        var session = new SessionRecord(
            new SessionId("evening"), "The evening", null, Ann, null, 4, "chess", [Ann], [Member with { UserData = shown }], "socketio");
        var said = Acknowledge(session);
        said.ShouldStartWith("461-7[");
        said.ShouldContain("""{"_placeholder":true,"num":0}""");
        said.ShouldEndWith("|ab");
        Acknowledge(session).ShouldBe(said);
    }

    private static string Acknowledge(SessionRecord session) => Frames(new VrTogetherDialect(VrTogetherVersion.Two, EngineIoVersion.Four)
        .Encode(7, new Acknowledgement(0, "OK", SessionShape.Of(session, VrTogetherVersion.Two), null)));

    private static string Say(VrTogetherDialect dialect, Event happened) =>
        Frames(dialect.Encode(new Envelope(new SourceId(SourceKind.Session, "evening"), new Position(1, 2), Audience.Everyone, happened), 1));

    /// <summary>Frames as text: with the type of Engine.IO, apart by '|'; a type before binary data stands before a ':'.</summary>
    private static string Frames(ReadOnlyMemory<byte> message)
    {
        var frames = new List<string>();
        for (var rest = message.Span; !rest.IsEmpty;)
        {
            var (length, at) = rest[1] == 126 ? (BinaryPrimitives.ReadUInt16BigEndian(rest[2..]), 4) : (rest[1], 2);
            var body = rest.Slice(at, length);
            frames.Add(rest[0] == 0x82 && body[0] == 4 ? $"4:{Encoding.UTF8.GetString(body[1..])}" : Encoding.UTF8.GetString(body));
            rest = rest[(at + length)..];
        }

        return string.Join('|', frames);
    }
}
