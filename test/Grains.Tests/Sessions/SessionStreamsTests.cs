using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Orchestrator.DataStreams;
using Orchestrator.Delivery;
using Orchestrator.Support;
using Orchestrator.Users;
using static Orchestrator.Support.People;

namespace Orchestrator.Sessions;

public sealed class SessionStreamsTests
{
    private static readonly SessionId Concert = new("concert");

    private readonly Session _session = new(new Limits { StreamsPerUserMax = 3, RegistrationsPerUserMax = 3 });

    /// <summary>Ann is master, bob is a member, cid is not.</summary>
    public SessionStreamsTests()
    {
        _session.Open(Concert, Caller("ann"), Add());
        _session.Join(Caller("bob"), new JoinSession(Concert));
    }

    [Theory]
    [InlineData('x')]
    [InlineData('€')]
    public void What_members_may_declare_and_register_for_fits_into_a_record(char letter)
    {
        var limits = new Limits();
        var session = new Session(limits);
        session.Open(new SessionId("concert"), Caller("m0"), Add());
        for (var m = 0; m < 20; m++)
        {
            var caller = Caller($"m{m}");
            if (m > 0)
            {
                session.Join(caller, new JoinSession(new SessionId("concert")), null);
            }

            for (var i = 0; i < limits.StreamsPerUserMax; i++)
            {
                RefusalOf(() => session.DeclareDataStream(caller, new DataStream($"{i}", new string(letter, limits.DescriptionLengthMax)))).ShouldBeOneOf(null, RefusalCode.LimitReached);
                RefusalOf(() => session.RegisterForDataStream(caller, new StreamOfUser(Id("m0"), $"{i}".PadLeft(limits.NameLengthMax, letter)))).ShouldBeOneOf(null, RefusalCode.LimitReached);
            }
        }

        JsonSerializer.SerializeToUtf8Bytes(new Stored<SessionState> { State = session.Stored }, Json.Store).Length.ShouldBeLessThan(4 << 20);
    }

    [Fact]
    public void A_declaration_is_everybodys_news_and_no_change_of_the_record()
    {
        var record = _session.Record;
        var (@event, audience) = Declare("ann", "audio", "opus").ShouldHaveSingleItem();
        @event.ShouldBe(new DataStreamDeclared(Id("ann"), new DataStream("audio", "opus")));
        @event.ChangesState.ShouldBeTrue();
        audience!.IsEveryone.ShouldBeTrue();
        _session.Record.ShouldBeSameAs(record);
        Streams("ann").Declared.ShouldBe([new DataStream("audio", "opus")]);
    }

    [Fact]
    public void Declaring_again_replaces_and_the_same_again_is_no_news()
    {
        Declare("ann", "audio", "opus");
        Declare("ann", "audio", "opus").ShouldBeEmpty();
        Declare("ann", "audio", "pcm").ShouldHaveSingleItem();
        Streams("ann").Declared.ShouldBe([new DataStream("audio", "pcm")]);
    }

    [Fact]
    public void Removing_is_news_only_of_what_there_was()
    {
        Declare("ann", "audio");
        _session.RemoveDataStream(Caller("ann"), "video").ShouldBeEmpty();
        _session.RemoveDataStream(Caller("bob"), "audio").ShouldBeEmpty();
        _session.RemoveDataStream(Caller("ann"), "audio").ShouldHaveSingleItem().Event.ShouldBe(new DataStreamRemoved(Id("ann"), "audio"));
        Streams("ann").Declared.ShouldBeEmpty();
        _session.State!.Streams.ShouldBeEmpty("a member without streams takes no room");
    }

    [Fact]
    public void All_of_a_member_are_removed_and_none_of_another()
    {
        Declare("ann", "b");
        Declare("ann", "a");
        Declare("bob", "a");
        _session.RemoveAllDataStreams(Caller("ann")).Select(o => ((DataStreamRemoved)o.Event).Kind).ShouldBe(["a", "b"]);
        _session.AvailableDataStreams(Caller("ann"), Id("ann")).ShouldBeEmpty();
        _session.AvailableDataStreams(Caller("ann"), Id("bob")).ShouldBe([new DataStream("a")]);
    }

    [Fact]
    public void A_registration_is_news_of_the_users_own_devices_and_of_no_client()
    {
        var (@event, audience) = Register("bob", "ann", "audio").ShouldHaveSingleItem();
        @event.ShouldBe(new DataStreamRegistered(Id("bob"), new DataStreamKey(Id("ann"), "audio")));
        @event.IsTold.ShouldBeFalse();
        audience!.Includes(Seat("bob", device: 2)).ShouldBeTrue();
        audience.Includes(Seat("ann")).ShouldBeFalse();
        Register("bob", "ann", "audio").ShouldBeEmpty();
    }

    [Fact]
    public void One_may_register_before_the_declaration_and_for_oneself()
    {
        Register("ann", "ann", "audio");
        Register("ann", "bob", "audio");
        Declare("bob", "audio", "opus");
        Streams("ann").Registered.Select(r => (r.Stream.Owner.Value, r.Description)).ShouldBe([("ann", ""), ("bob", "opus")]);
        _session.IsRegistered(Id("ann"), new DataStreamKey(Id("bob"), "audio")).ShouldBeTrue();
        _session.IsRegistered(Id("bob"), new DataStreamKey(Id("ann"), "audio")).ShouldBeFalse();
    }

    [Fact]
    public void A_registration_ends_once_and_ending_what_there_was_not_is_fine()
    {
        Register("bob", "ann", "audio");
        Unregister("bob", "ann", "audio").ShouldHaveSingleItem().Event.ShouldBe(new DataStreamUnregistered(Id("bob"), new DataStreamKey(Id("ann"), "audio")));
        Unregister("bob", "ann", "audio").ShouldBeEmpty();
        Unregister("bob", "nobody", "audio").ShouldBeEmpty();
        _session.IsRegistered(Id("bob"), new DataStreamKey(Id("ann"), "audio")).ShouldBeFalse();
    }

    [Fact]
    public void Whoever_leaves_has_no_streams_and_no_registrations_and_those_of_others_stay()
    {
        Declare("ann", "audio");
        Register("ann", "bob", "audio");
        Register("bob", "ann", "audio");
        _session.Leave(Caller("ann"));

        _session.IsRegistered(Id("ann"), new DataStreamKey(Id("bob"), "audio")).ShouldBeFalse();
        _session.StreamOf(new DataStreamKey(Id("ann"), "audio")).ShouldBeNull();
        Streams("bob").Registered.Length.ShouldBe(1);
        _session.Join(Caller("ann"), new JoinSession(Concert));
        Streams("ann").Declared.ShouldBeEmpty();
        Streams("ann").Registered.ShouldBeEmpty();
        _session.Leave(Caller("ann"));
        Unregister("bob", "ann", "audio").ShouldHaveSingleItem();
    }

    [Fact]
    public void The_close_ends_all_streams()
    {
        Declare("bob", "audio");
        Register("bob", "bob", "audio");
        _session.LoggedOut(Id("ann"));
        _session.State!.Streams.ShouldBeEmpty();
        _session.IsRegistered(Id("bob"), new DataStreamKey(Id("bob"), "audio")).ShouldBeFalse();
        _session.StreamOf(new DataStreamKey(Id("bob"), "audio")).ShouldBeNull();
    }

    [Fact]
    public void Refusals_come_in_the_order_of_the_checks_and_change_nothing()
    {
        Declare("ann", "audio");
        var before = _session.State;
        RefusalOf(() => Declare("cid", "")).ShouldBe(RefusalCode.NotInSession);
        RefusalOf(() => Declare("ann", "")).ShouldBe(RefusalCode.StreamKindMissing);
        RefusalOf(() => _session.RemoveDataStream(Caller("cid"), null)).ShouldBe(RefusalCode.NotInSession);
        RefusalOf(() => _session.RemoveDataStream(Caller("ann"), null)).ShouldBe(RefusalCode.StreamKindMissing);
        RefusalOf(() => _session.RemoveAllDataStreams(Caller("cid"))).ShouldBe(RefusalCode.NotInSession);
        RefusalOf(() => _session.AvailableDataStreams(Caller("cid"), null)).ShouldBe(RefusalCode.NotInSession);
        RefusalOf(() => _session.AvailableDataStreams(Caller("ann"), null)).ShouldBe(RefusalCode.StreamUserMissing);
        RefusalOf(() => _session.AvailableDataStreams(Caller("ann"), Id("cid"))).ShouldBe(RefusalCode.NotJoined);
        RefusalOf(() => Register("cid", null, null)).ShouldBe(RefusalCode.NotInSession);
        RefusalOf(() => Register("bob", null, null)).ShouldBe(RefusalCode.StreamUserMissing);
        RefusalOf(() => Register("bob", "cid", null)).ShouldBe(RefusalCode.NotJoined);
        RefusalOf(() => Register("bob", "ann", "")).ShouldBe(RefusalCode.StreamKindMissing);
        RefusalOf(() => Unregister("cid", null, null)).ShouldBe(RefusalCode.NotInSession);
        RefusalOf(() => Unregister("bob", null, null)).ShouldBe(RefusalCode.StreamUserMissing);
        RefusalOf(() => Unregister("bob", "cid", null)).ShouldBe(RefusalCode.StreamKindMissing);
        RefusalOf(() => _session.UnregisterFromAllDataStreams(Caller("cid"))).ShouldBe(RefusalCode.NotInSession);
        RefusalOf(() => _session.DataStreams(Caller("cid"), default, null)).ShouldBe(RefusalCode.NotInSession);
        RefusalOf(() => _session.PushAudio(Caller("cid"), null)).ShouldBe(RefusalCode.NotInSession);
        foreach (var nothing in new[] { null, Payload.Of("null"), Payload.Of("\"\""), Payload.Of("0") })
        {
            RefusalOf(() => _session.PushAudio(Caller("bob"), nothing)).ShouldBe(RefusalCode.EventDataMissing);
        }

        _session.State.ShouldBeSameAs(before);
    }

    [Fact]
    public void There_is_room_for_so_many_and_redeclaring_takes_none()
    {
        foreach (var kind in new[] { "a", "b", "c" })
        {
            Declare("ann", kind);
            Register("ann", "bob", kind);
        }

        RefusalOf(() => Declare("ann", "d")).ShouldBe(RefusalCode.LimitReached);
        RefusalOf(() => Register("ann", "bob", "d")).ShouldBe(RefusalCode.LimitReached);
        Declare("ann", "c", "anew").ShouldHaveSingleItem();
        Register("ann", "bob", "c").ShouldBeEmpty();
        Declare("bob", "d").ShouldHaveSingleItem();
    }

    [Fact]
    public void Audio_goes_to_all_devices_of_all_others_and_nothing_of_it_is_kept()
    {
        var before = _session.State;
        var (@event, audience) = _session.PushAudio(Caller("ann"), Text("la")).ShouldHaveSingleItem();
        @event.ShouldBe(new AudioSent(Id("ann"), Text("la")));
        @event.IsKept.ShouldBeFalse();
        @event.ChangesState.ShouldBeFalse();
        audience!.Includes(Seat("ann", device: 2)).ShouldBeFalse();
        audience.Includes(Seat("bob")).ShouldBeTrue();
        _session.State.ShouldBeSameAs(before);
    }

    [Fact]
    public void Drops_are_the_owners_news_on_all_of_its_devices_and_nothing_of_them_is_kept()
    {
        var before = _session.State;
        var stream = new DataStreamKey(Id("ann"), "k");
        var (@event, audience) = _session.PacketsDropped(stream, [new ReceiverDrops(Id("bob"), 3)]).ShouldHaveSingleItem();
        var dropped = @event.ShouldBeOfType<PacketsDropped>();
        dropped.Stream.ShouldBe(stream);
        dropped.Drops.ShouldBe([new ReceiverDrops(Id("bob"), 3)]);
        dropped.IsKept.ShouldBeFalse();
        dropped.ChangesState.ShouldBeFalse();
        audience!.Includes(Seat("ann", device: 2)).ShouldBeTrue();
        audience.Includes(Seat("bob")).ShouldBeFalse();
        _session.State.ShouldBeSameAs(before);
        _session.PacketsDropped(new DataStreamKey(Id("cid"), "k"), [new ReceiverDrops(Id("bob"), 3)]).ShouldBeEmpty();
    }

    [Fact]
    public void What_is_stored_comes_back_whatever_the_kinds()
    {
        Declare("ann", "a::b\n\"ü😀\0");
        Register("bob", "ann", "a::b\n\"ü😀\0");
        var stored = JsonSerializer.Deserialize<SessionState>(JsonSerializer.Serialize(_session.State, Json.Store), Json.Store)!;

        var restored = new Session(new Limits());
        restored.Restore(stored, Start);

        restored.DataStreams(Caller("ann"), default, null).Declared.ShouldBe(Streams("ann").Declared);
        restored.DataStreams(Caller("bob"), default, null).Registered.ShouldBe(Streams("bob").Registered);
    }

    [Fact]
    public void Whatever_is_done_in_whatever_order_everybody_has_what_a_plain_list_says() => Seeded.ForAll(Steps, runs: 300, steps =>
    {
        var session = new Session(new Limits { StreamsPerUserMax = 3, RegistrationsPerUserMax = 3 });
        session.Open(Concert, Caller("ann"), Add());
        var model = new HashSet<(string User, string? Owner, string Kind)>();
        foreach (var step in steps)
        {
            Take(session, model, step);
            foreach (var user in Names.Where(u => session.HasMember(Id(u))))
            {
                var streams = session.DataStreams(Caller(user), default, null);
                streams.Declared.Select(s => (user, (string?)null, s.Kind)).ToHashSet()
                    .SetEquals(model.Where(m => m.User == user && m.Owner is null)).ShouldBeTrue($"what {user} has declared after {step}");
                streams.Registered.Select(r => (user, (string?)r.Stream.Owner.Value, r.Stream.Kind)).ToHashSet()
                    .SetEquals(model.Where(m => m.User == user && m.Owner is not null)).ShouldBeTrue($"what {user} is registered for after {step}");
            }
        }
    });

    public enum Kind
    {
        Join,
        Leave,
        Declare,
        Remove,
        RemoveAll,
        Register,
        Unregister,
        UnregisterAll,
    }

    public sealed record Step(Kind Kind, string User, string Owner, string Stream);

    private static readonly Gen<Step> Steps =
        from kind in Gen.Frequency(
            (3, Gen.Constant(Kind.Join)), (1, Gen.Constant(Kind.Leave)), (4, Gen.Constant(Kind.Declare)), (2, Gen.Constant(Kind.Remove)), (1, Gen.Constant(Kind.RemoveAll)),
            (4, Gen.Constant(Kind.Register)), (2, Gen.Constant(Kind.Unregister)), (1, Gen.Constant(Kind.UnregisterAll)))
        from user in Gen.Elements(Names)
        from owner in Gen.Elements(Names)
        from stream in Gen.Elements("a", "b", "c", "d")
        select new Step(kind, user, owner, stream);

    private static string[] Names => ["ann", "bob", "cid"];

    private static void Take(Session session, HashSet<(string User, string? Owner, string Kind)> model, Step step)
    {
        var caller = Caller(step.User);
        var of = new StreamOfUser(Id(step.Owner), step.Stream);
        try
        {
            switch (step.Kind)
            {
                case Kind.Join:
                    session.Join(caller, new JoinSession(Concert));
                    break;
                case Kind.Leave:
                    session.Leave(caller);
                    model.RemoveWhere(m => m.User == step.User);
                    break;
                case Kind.Declare:
                    session.DeclareDataStream(caller, new DataStream(step.Stream));
                    model.Add((step.User, null, step.Stream));
                    break;
                case Kind.Remove:
                    session.RemoveDataStream(caller, step.Stream);
                    model.Remove((step.User, null, step.Stream));
                    break;
                case Kind.RemoveAll:
                    session.RemoveAllDataStreams(caller);
                    model.RemoveWhere(m => m.User == step.User && m.Owner is null);
                    break;
                case Kind.Register:
                    session.RegisterForDataStream(caller, of);
                    model.Add((step.User, step.Owner, step.Stream));
                    break;
                case Kind.Unregister:
                    session.UnregisterFromDataStream(caller, of);
                    model.Remove((step.User, step.Owner, step.Stream));
                    break;
                default:
                    session.UnregisterFromAllDataStreams(caller);
                    model.RemoveWhere(m => m.User == step.User && m.Owner is not null);
                    break;
            }
        }
        catch (Refusal)
        {
            // Not a member, or no room: nothing changes.
        }
    }

    private IReadOnlyList<Outgoing> Declare(string user, string kind, string description = "") => _session.DeclareDataStream(Caller(user), new DataStream(kind, description));

    private IReadOnlyList<Outgoing> Register(string user, string? owner, string? kind) => _session.RegisterForDataStream(Caller(user), Of(owner, kind));

    private IReadOnlyList<Outgoing> Unregister(string user, string? owner, string? kind) => _session.UnregisterFromDataStream(Caller(user), Of(owner, kind));

    private static StreamOfUser Of(string? owner, string? kind) => new(owner is null ? (UserId?)null : Id(owner), kind);

    private MemberStreams Streams(string user) => _session.DataStreams(Caller(user), default, null);
}
