using FsCheck;
using FsCheck.Fluent;
using Orchestrator.Delivery;
using Orchestrator.Rooms;
using Orchestrator.Support;
using Orchestrator.Users;
using static Orchestrator.Support.People;

namespace Orchestrator.Sessions;

/// <summary>What holds for a session whatever its users do, in whatever order.</summary>
public sealed class SessionProperties
{
    private static readonly string[] Users = ["ann", "bob", "cid", "dan"];

    private static readonly Gen<Step> Steps =
        from kind in Gen.Frequency(
            (6, Gen.Constant(Kind.Join)), (4, Gen.Constant(Kind.Leave)), (3, Gen.Constant(Kind.Away)), (3, Gen.Constant(Kind.Returned)),
            (1, Gen.Constant(Kind.LoggedOut)), (3, Gen.Constant(Kind.Wait)), (1, Gen.Constant(Kind.Delete)), (2, Gen.Constant(Kind.Message)),
            (4, Gen.Constant(Kind.SceneEvent)), (1, Gen.Constant(Kind.Restart)), (6, Gen.Constant(Kind.JoinRoom)), (3, Gen.Constant(Kind.LeaveRoom)),
            (4, Gen.Constant(Kind.Data)))
        from user in Gen.Elements(Users)
        from number in Gen.Choose(0, 40)
        select new Step(kind, user, number);

    [Fact]
    public void Members_master_and_what_subscribers_see_are_always_in_order() => Seeded.ForAll(Steps, runs: 400, steps =>
    {
        var run = new Run();
        foreach (var step in steps)
        {
            run.Take(step);
        }
    });

    public enum Kind
    {
        Join,
        Leave,
        Away,
        Returned,
        LoggedOut,
        Wait,
        Delete,
        Message,
        SceneEvent,
        Restart,
        JoinRoom,
        LeaveRoom,
        Data,
    }

    public sealed record Step(Kind Kind, string User, int Number);

    private sealed class Run
    {
        private readonly Limits _limits = new() { GraceSeconds = 30, MasterGraceSeconds = 3, MembersPerSessionMax = 3 };
        private readonly HashSet<UserId> _joined = [Id("ann")];
        private Session _session;
        private SessionView _view;
        private DateTimeOffset _now = Start;

        public Run()
        {
            _session = new Session(_limits);
            _session.Open(new SessionId("concert"), Caller("ann"), AddWithRooms());
            _view = new SessionView(_session.Record);
        }

        public void Take(Step step)
        {
            var before = _session.State;
            var epoch = _session.Record.MasterEpoch;
            IReadOnlyList<Outgoing> happened = [];
            try
            {
                happened = Do(step);
            }
            catch (Refusal)
            {
                _session.State.ShouldBeSameAs(before, $"{step} was refused and changed something");
            }

            Follow(happened);
            Check(step, epoch);
        }

        private IReadOnlyList<Outgoing> Do(Step step)
        {
            var caller = Caller(step.User);
            switch (step.Kind)
            {
                case Kind.Join:
                    return _session.Join(caller, new JoinSession(new SessionId("concert"), CanBeMaster: step.Number % 3 != 0), Shows(step.Number));
                case Kind.Leave:
                    return _session.Leave(caller);
                case Kind.Away:
                    return _session.WentAway(caller.User, _now);
                case Kind.Returned:
                    return _session.Returned(caller.User, _now, step.Number % 2 == 0 ? null : Shows(step.Number));
                case Kind.LoggedOut:
                    return _session.LoggedOut(caller.User);
                case Kind.Wait:
                    _now += TimeSpan.FromSeconds(step.Number);
                    return _session.Expire(_now);
                case Kind.Delete:
                    return _session.Delete(caller);
                case Kind.Message:
                    return _session.SendMessage(caller, new SendMessage(Text("x"), step.Number % 2 == 0 ? null : Id(Users[step.Number % 4])));
                case Kind.JoinRoom:
                    return _session.JoinRoom(caller, new JoinRoom(step.Number % 3 == 0 ? Foyer : Box));
                case Kind.LeaveRoom:
                    return _session.LeaveRoom(caller);
                case Kind.Data:
                    return _session.SetUserData(caller.User, Shows(step.Number));
                case Kind.SceneEvent:
                    return SendSceneEvent(caller, step.Number);
                default:
                    Restart();
                    return [];
            }
        }

        private static MemberData Shows(int number) => new(number % 5 == 0 ? null : Payload.Of($"{{\"n\":{number % 5}}}"), new Position(1, number));

        private IReadOnlyList<Outgoing> SendSceneEvent(Caller caller, int number)
        {
            var route = (SceneEventRoute)(number % 5);
            var command = new SendSceneEvent(route, Text("e"), Id(Users[number % 4]), number % 2 == 0 ? null : number % 7);
            var isMasters = route is SceneEventRoute.ToUser or SceneEventRoute.ToAllUsers;
            var mayPass = _session.Record.SessionMaster == caller.User && (command.MasterEpoch is not { } epoch || epoch == _session.Record.MasterEpoch);
            var happened = _session.SendSceneEvent(caller, command);
            (isMasters && !mayPass).ShouldBeFalse("a scene event of somebody who is not master was passed on");
            return happened;
        }

        private void Restart()
        {
            if (!_session.IsOpen)
            {
                return;
            }

            var restored = new Session(_limits);
            restored.Restore(_session.State!, _now);
            _session = restored;
            _view = new SessionView(_session.Record);
        }

        private void Follow(IReadOnlyList<Outgoing> happened)
        {
            foreach (var (@event, audience) in happened)
            {
                if (audience is not null)
                {
                    _view.Apply(@event);
                }

                switch (@event)
                {
                    case MemberJoined e:
                        _joined.Add(e.Member.UserId).ShouldBeTrue("it had joined already");
                        break;
                    case MemberLeft e:
                        _joined.Remove(e.User).ShouldBeTrue("it was no member");
                        _session.Record.SessionMaster.ShouldNotBe(e.User);
                        break;
                    case SessionClosed:
                        _joined.Clear();
                        break;
                }
            }
        }

        private void Check(Step step, long epochBefore)
        {
            var record = _session.Record;
            record.SessionUsers.ToHashSet().SetEquals(_joined).ShouldBeTrue($"after {step} members are {string.Join(' ', record.SessionUsers)}, joined are {string.Join(' ', _joined)}");
            record.SessionUsers.Length.ShouldBeLessThanOrEqualTo(_limits.MembersPerSessionMax);
            record.MasterEpoch.ShouldBeGreaterThanOrEqualTo(epochBefore);
            if (record.SessionMaster is { } master)
            {
                record.SessionUserDefinitions.Single(m => m.UserId == master).CanBeMaster.ShouldBeTrue();
            }
            else if (_session.IsOpen)
            {
                record.SessionUserDefinitions.ShouldAllBe(m => !m.CanBeMaster, "nobody is master though somebody could");
            }

            if (_session.IsOpen)
            {
                _view.Differs(record).ShouldBeNull($"after {step}");
            }

            _view.IsClosed.ShouldBe(!_session.IsOpen);
            CheckRooms(record);
            CheckAwaited();
        }

        /// <summary>Nobody is in two rooms or in one without being a member, no room has more than its capacity, and both ways to ask agree.</summary>
        private void CheckRooms(SessionRecord record)
        {
            if (record.SessionUsers.IsEmpty)
            {
                _session.State!.Rooms.ShouldBeEmpty();
                return;
            }

            var rooms = _session.Rooms(record.SessionUsers[0]);
            var seated = rooms.SelectMany(r => r.RoomUsers.Select(u => (u, (RoomId?)r.RoomId))).ToList();
            seated.ShouldBe(record.SessionUserDefinitions.Where(m => m.RoomId is not null).Select(m => (m.UserId, m.RoomId)), ignoreOrder: true);
            rooms.ShouldAllBe(r => r.RoomCapacity == 0 || r.RoomUsers.Length <= r.RoomCapacity);
        }

        /// <summary>Nobody is away for longer than the grace period once somebody has looked.</summary>
        private void CheckAwaited()
        {
            var members = _session.State!.Members.Values;
            _session.AwaitsSomebody.ShouldBe(
                _session.IsOpen && (members.Any(m => m.AwaySince is not null) || _session.State.AdministratorAwaySince is not null));
        }
    }
}
