using Orchestrator.Sessions;
using Orchestrator.Support;
using static Orchestrator.Support.People;

namespace Orchestrator.DataStreams;

/// <summary>Messages are passed as they are.</summary>
public sealed class DataStreamGrainTests() : DataStreamGrainSuite(copyMessages: false);

public abstract class DataStreamGrainSuite(bool copyMessages) : GrainTests(copyMessages)
{
    private const string Kind = "ann.audio#0 ü";

    [Fact]
    public async Task Packets_reach_who_is_registered_in_order_and_numbered_from_one()
    {
        var session = await Meet();
        await Register("bob", session);
        var relay = await Follow(Stream(session), Seat("bob"));
        for (var i = 1; i <= 3; i++)
        {
            await Send(session, $"{i}");
        }

        await Eventually(() => relay.Envelopes.Count() == 3 ? null : $"{relay.Envelopes.Count()} came");
        relay.Events.Cast<PacketSent>().Select(p => p.Data).ShouldBe([Text("1"), Text("2"), Text("3")]);
        relay.Envelopes.Select(e => e.At.Seq).ShouldBe([1, 2, 3]);
        relay.Events.Cast<PacketSent>().ShouldAllBe(p => p.Owner == Id("ann") && p.Stream.Kind == Kind);
    }

    [Fact]
    public async Task Only_who_is_registered_may_subscribe()
    {
        var session = await Meet();
        var gateway = Host.Gateway(new RecordingRelay());
        (await RefusalOf(Stream(session).Subscribe(gateway, Seat("bob"), null))).ShouldBe(RefusalCode.NotJoined);
        await Register("bob", session);
        (await RefusalOf(Stream(session).Subscribe(gateway, Seat("bob"), null))).ShouldBeNull();
        (await RefusalOf(Stream(session).Subscribe(gateway, Seat("ann"), null))).ShouldBe(RefusalCode.NotJoined);
        await Leave("bob");
        (await RefusalOf(Stream(session).Subscribe(gateway, Seat("bob"), null))).ShouldBe(RefusalCode.NotJoined);
    }

    [Fact]
    public async Task Only_its_owner_sends_and_only_as_a_member()
    {
        var session = await Meet();
        (await RefusalOf(Stream(session).Send(Caller("bob"), new Packet(Text("x"), default)))).ShouldBe(RefusalCode.NotAllowed);
        (await RefusalOf(Stream(new SessionId("nowhere")).Send(Caller("ann"), new Packet(Text("x"), default)))).ShouldBe(RefusalCode.NotInSession);
        await Send(session, "x");
        await Leave("ann");
        Time.Advance(TimeSpan.FromSeconds(10));
        (await RefusalOf(Stream(session).Send(Caller("ann"), new Packet(Text("x"), default)))).ShouldBe(RefusalCode.NotInSession);
    }

    [Fact]
    public async Task A_packet_knows_what_its_owner_declared_before_it()
    {
        var session = await Meet();
        await Register("bob", session);
        var relay = await Follow(Stream(session), Seat("bob"));
        await Send(session, "undeclared");
        var declared = await Host.Session(session).DeclareDataStream(Caller("ann"), new DataStream(Kind, "opus", PacketPolicy.DropOldest, 3, 1_000));
        await Stream(session).Send(Caller("ann"), new Packet(Text("declared"), declared.At));
        var removed = await Host.Session(session).RemoveDataStream(Caller("ann"), Kind);
        await Stream(session).Send(Caller("ann"), new Packet(Text("removed"), removed.At));

        await Eventually(() => relay.Envelopes.Count() == 3 ? null : $"{relay.Envelopes.Count()} came");
        relay.Events.Cast<PacketSent>().Select(p => p.Stream).ShouldBe(
            [new DataStream(Kind), new DataStream(Kind, "opus", PacketPolicy.DropOldest, 3, 1_000), new DataStream(Kind)]);
    }

    [Fact]
    public async Task Streams_of_one_kind_in_two_sessions_know_nothing_of_each_other()
    {
        var first = await Meet();
        await Register("bob", first);
        var relay = await Follow(Stream(first), Seat("bob"));
        await Leave("ann");
        var second = (await User("ann").AddSession(Caller("ann"), Add("Second"))).Session.SessionId;
        await Send(second, "in the second");
        await Leave("ann");
        await Join("ann", first);
        var back = await Host.Session(first).GetDataStreams(Caller("ann"));
        await Stream(first).Send(Caller("ann"), new Packet(Text("in the first"), back.At));

        await Eventually(() => relay.Envelopes.Any() ? null : "nothing came");
        relay.Events.Cast<PacketSent>().ShouldHaveSingleItem().Data.ShouldBe(Text("in the first"));
    }

    [Fact]
    public async Task Nothing_of_a_stream_is_stored_and_its_packets_wait_for_no_store()
    {
        var session = await Meet();
        await Register("bob", session);
        var relay = await Follow(Stream(session), Seat("bob"));
        Host.Storage.Failure = _ => new IOException("The store is away.");
        await Send(session, "x");
        await Eventually(() => relay.Envelopes.Any() ? null : "nothing came");
        Host.Storage.Failure = null;
        Host.Storage.Count("data-stream").ShouldBe(0);
    }

    [Fact]
    public async Task Streams_and_registrations_are_written_behind_and_outlive_the_process()
    {
        var session = await Meet();
        await Register("bob", session);
        await Host.Session(session).DeclareDataStream(Caller("ann"), new DataStream(Kind, "opus"));
        await Restart();

        var streams = await Host.Session(session).GetDataStreams(Caller("bob"));
        streams.Registered.ShouldHaveSingleItem().ShouldBe(new Registration(new DataStreamKey(Id("ann"), Kind), "opus"));
        await Login("bob");
        (await RefusalOf(Stream(session).Subscribe(Host.Gateway(new RecordingRelay()), Seat("bob"), null))).ShouldBeNull();
    }

    [Fact]
    public async Task A_change_says_where_it_stands_and_no_change_says_none()
    {
        var session = await Meet();
        var relay = await Follow(Host.Session(session), Seat("bob"), "east");
        var registered = await Register("bob", session);
        registered.ChangedAt.ShouldBe(registered.At);
        await Eventually(() => relay.Envelopes.Any(e => e.Event is DataStreamRegistered && e.At == registered.ChangedAt) ? null : "its event did not come");
        (await Register("bob", session)).ChangedAt.ShouldBeNull();
        var all = await Host.Session(session).UnregisterFromAllDataStreams(Caller("bob"));
        all.ChangedAt.ShouldBe(all.At);
        all.Registered.ShouldBeEmpty();
    }

    [Fact]
    public async Task Audio_reaches_the_others_in_the_order_of_the_session_and_is_not_told_again()
    {
        var session = await Meet();
        var relay = await Follow(Host.Session(session), Seat("bob"), "east");
        var before = await Host.Session(session).SendMessage(Caller("ann"), new SendMessage(Text("1")));
        await Host.Session(session).PushAudio(Caller("ann"), Text("2"));
        await Host.Session(session).SendMessage(Caller("ann"), new SendMessage(Text("3")));

        await Eventually(() => relay.Envelopes.Count() >= 3 ? null : $"{relay.Envelopes.Count()} came");
        relay.Events.Select(e => e.GetType()).ShouldBe([typeof(MessageSent), typeof(AudioSent), typeof(MessageSent)]);
        var missed = await Host.Session(session).Read("east", before);
        missed.Complete.ShouldBeTrue();
        missed.Envelopes.ShouldHaveSingleItem().Event.ShouldBeOfType<MessageSent>();
    }

    [Fact]
    public async Task Drops_reach_the_owner_alone_and_not_of_a_session_that_there_is_not()
    {
        var session = await Meet();
        var (owner, receiver) = (await Follow(Host.Session(session), Seat("ann"), "west"), await Follow(Host.Session(session), Seat("bob"), "east"));
        var stream = new DataStreamKey(Id("ann"), Kind);
        await Host.Session(new SessionId("nowhere")).PacketsDropped(stream, [new ReceiverDrops(Id("bob"), 1)]);
        await Host.Session(session).PacketsDropped(stream, [new ReceiverDrops(Id("bob"), 2)]);
        // It is one way, so what is sent after it may come before it.
        await Eventually(() => owner.Envelopes.Any() ? null : "the owner was not told");
        await Host.Session(session).SendMessage(Caller("ann"), new SendMessage(Text("after")));

        await Eventually(() => owner.Envelopes.Count() >= 2 && receiver.Envelopes.Any() ? null : $"{owner.Envelopes.Count()} and {receiver.Envelopes.Count()} came");
        owner.Events.First().ShouldBeOfType<PacketsDropped>().Drops.ShouldBe([new ReceiverDrops(Id("bob"), 2)]);
        receiver.Events.ShouldHaveSingleItem().ShouldBeOfType<MessageSent>();
    }

    [Fact]
    public async Task Streams_are_no_news_for_the_list_of_sessions()
    {
        var session = await Meet();
        await Eventually(async () => (await Host.List()).SingleOrDefault()?.Session?.SessionUsers.Length == 2 ? null : "the list does not know yet");
        var before = (await Host.List()).Single().At;
        await Register("bob", session);
        await Host.Session(session).DeclareDataStream(Caller("ann"), new DataStream(Kind));
        await Host.Session(session).GetDataStreams(Caller("ann"));
        (await Host.List()).Single().At.ShouldBe(before);
    }

    private async Task<SessionId> Meet()
    {
        var session = await Open("ann");
        await Enter("bob", session);
        return session;
    }

    private IDataStreamGrain Stream(SessionId session) =>
        Host.Grains.GetGrain<IDataStreamGrain>(new DataStreamId(session, new DataStreamKey(Id("ann"), Kind)).Key);

    private Task<MemberStreams> Register(string user, SessionId session) => Host.Session(session).RegisterForDataStream(Caller(user), new StreamOfUser(Id("ann"), Kind));

    private Task Send(SessionId session, string text) => Stream(session).Send(Caller("ann"), new Packet(Text(text), default));
}
