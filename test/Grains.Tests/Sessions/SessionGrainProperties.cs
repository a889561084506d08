using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Orchestrator.Delivery;
using Orchestrator.Rooms;
using Orchestrator.Support;
using Orchestrator.Users;
using static Orchestrator.Support.People;

namespace Orchestrator.Sessions;

/// <summary>
/// The same on the real grains, many commands under way at once, in an order that a seed decides (or two silos do): every command is answered once, sequences have no gaps,
/// what subscribers were told makes of their beginning what the session is, and the list is what there is.
/// </summary>
public sealed class SessionGrainProperties
{
    private static readonly string[] Users = ["ann", "bob", "cid", "dan"];

    private static readonly Gen<Step> Steps =
        from kind in Gen.Frequency(
            (2, Gen.Constant(Kind.Add)), (8, Gen.Constant(Kind.Join)), (5, Gen.Constant(Kind.Leave)), (2, Gen.Constant(Kind.Disconnect)),
            (3, Gen.Constant(Kind.Resume)), (1, Gen.Constant(Kind.Logout)), (1, Gen.Constant(Kind.Delete)), (3, Gen.Constant(Kind.Message)),
            (4, Gen.Constant(Kind.SceneEvent)), (4, Gen.Constant(Kind.Wait)), (3, Gen.Constant(Kind.Subscribe)), (4, Gen.Constant(Kind.JoinRoom)),
            (2, Gen.Constant(Kind.LeaveRoom)), (4, Gen.Constant(Kind.Data)))
        from user in Gen.Elements(Users)
        from number in Gen.Choose(0, 1000)
        select new Step(kind, user, number);

    [Fact]
    public void Every_command_is_answered_once_and_every_subscriber_sees_what_is_true() => Seeded.ForAll(Steps, Turns.Runs, steps =>
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            var seed = steps.Aggregate(17, (hash, step) => unchecked((hash * 31) + step.Number));
            using var run = new Run(seed);
            foreach (var step in steps)
            {
                run.Take(step);
            }

            run.Finish();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    });

    public enum Kind
    {
        Add,
        Join,
        Leave,
        Disconnect,
        Resume,
        Logout,
        Delete,
        Message,
        SceneEvent,
        Wait,
        Subscribe,
        JoinRoom,
        LeaveRoom,
        Data,
    }

    public sealed record Step(Kind Kind, string User, int Number);

    private sealed class Run : IDisposable
    {
        private readonly Turns _turns;
        private readonly Random _random;
        private readonly GrainHost _host;
        private readonly RecordingRelay _relay = new();
        private readonly GatewayAddress _gateway;
        private readonly List<(string What, Task Task)> _commands = [];
        private ImmutableList<SessionId> _sessions = [];
        private ImmutableList<(Seat Seat, SessionSnapshot Begin)> _subscribers = [];
        private int _connections = 1;
        private int _seats;

        public Run(int seed)
        {
            _random = new Random(seed);
            _turns = new Turns(_random);
            _host = Finished(GrainHost.Start(_turns.On(new GrainHostSetup { Limits = new Limits { GraceSeconds = 5, MasterGraceSeconds = 1, MembersPerSessionMax = 3 } })));
            _gateway = _host.Gateway(_relay);
            foreach (var user in Users)
            {
                Begin($"login {user}", () => _host.User(user).Login(Me(user), new Login(Connection(user))));
            }

            _turns.UntilIdle();
        }

        public void Take(Step step)
        {
            var user = step.User;
            switch (step.Kind)
            {
                case Kind.Add:
                    Begin($"{step}", () => AddSession(user));
                    break;
                case Kind.Join:
                    Begin($"{step}", () => _host.User(user).JoinSession(Me(user), new JoinSession(Some(step), step.Number % 3 != 0)));
                    break;
                case Kind.Leave:
                    Begin($"{step}", () => _host.User(user).LeaveSession(Caller(user), new LeaveSession()));
                    break;
                case Kind.Disconnect:
                    Begin($"{step}", () => _host.User(user).Disconnected(Device(user), Connection(user, 1, step.Number % 2 == 0 ? 1 : _connections)));
                    break;
                case Kind.Resume:
                    Begin($"{step}", () => Return(user));
                    break;
                case Kind.Logout:
                    Begin($"{step}", () => _host.User(user).Logout(Device(user)));
                    break;
                case Kind.Delete:
                    Begin($"{step}", () => _host.User(user).DeleteSession(Caller(user), new DeleteSession(Some(step))));
                    break;
                case Kind.Message:
                    Begin($"{step}", () => _host.Session(Some(step)).SendMessage(Caller(user), new SendMessage(Text("m"))));
                    break;
                case Kind.SceneEvent:
                    Begin($"{step}", () => _host.Session(Some(step)).SendSceneEvent(
                        Caller(user), new SendSceneEvent((SceneEventRoute)(step.Number % 5), Text("e"), Id(Users[step.Number % 4]), step.Number % 2 == 0 ? null : step.Number % 6)));
                    break;
                case Kind.JoinRoom:
                    Begin($"{step}", () => _host.Session(Some(step)).JoinRoom(Caller(user), new JoinRoom(step.Number % 3 == 0 ? Foyer : Box)));
                    break;
                case Kind.LeaveRoom:
                    Begin($"{step}", () => _host.Session(Some(step)).LeaveRoom(Caller(user), new LeaveRoom()));
                    break;
                case Kind.Data:
                    Begin($"{step}", () => ChangeData(user, step.Number));
                    break;
                case Kind.Subscribe:
                    Begin($"{step}", () => Subscribe(user, Some(step)));
                    break;
                default:
                    Wait(step.Number);
                    break;
            }

            _turns.Take(step.Number % 12);
        }

        public void Finish()
        {
            LetExpire();
            Hold(CheckAnswers);
            Hold(CheckSeqs);
            Hold(CheckSubscribers);
            Hold(CheckList);
            Hold(CheckUsers);
            Hold(CheckData);
            LoseEverybody();
            LetExpire();
            Hold(CheckNothingIsLeft);
        }

        public void Dispose()
        {
            var end = _host.DisposeAsync().AsTask();
            SpinWait.SpinUntil(() => _turns.Ends(end), TimeSpan.FromSeconds(15)).ShouldBeTrue("the engine does not stop");
        }

        private async Task AddSession(string user)
        {
            var added = await _host.User(user).AddSession(Me(user), AddWithRooms());
            ImmutableInterlocked.Update(ref _sessions, sessions => sessions.Add(added.Session.SessionId));
        }

        private async Task Return(string user)
        {
            try
            {
                await _host.User(user).Resume(Me(user), Connection(user, 1, Interlocked.Increment(ref _connections)));
            }
            catch (Refusal)
            {
                await _host.User(user).Login(Me(user), new Login(Connection(user, 1, Interlocked.Increment(ref _connections))));
            }
        }

        /// <summary>One of them has an account, so that both ways to keep data are raced.</summary>
        private async Task ChangeData(string user, int number) =>
            await _host.User(user).ChangeData(Me(user), new ChangeUserData(number % 7 == 0 ? null : Payload.Of($"{{\"n\":{number}}}")));

        private static Caller Me(string user) => user == "dan" ? Holder(user) : Caller(user);

        private async Task Subscribe(string user, SessionId session)
        {
            var seat = new Seat(new Devices.ConnectionId($"seat-{Interlocked.Increment(ref _seats)}-{user}-{session}"), Id(user), new Devices.DeviceId($"watch-{user}"));
            var start = await _host.Session(session).Subscribe(_gateway, seat, after: null);
            ImmutableInterlocked.Update(ref _subscribers, subscribers => subscribers.Add((seat, (SessionSnapshot)start.Snapshot!)));
        }

        private void CheckAnswers()
        {
            foreach (var (what, task) in _commands)
            {
                task.IsCompleted.ShouldBeTrue($"{what} was not answered");
                if (task.IsFaulted)
                {
                    task.Exception!.InnerException.ShouldBeOfType<Refusal>($"{what} failed").IsTemporary.ShouldBeFalse(what);
                }
            }
        }

        private void CheckSeqs()
        {
            foreach (var source in _relay.Deliveries.GroupBy(d => (d.Source, d.Epoch)))
            {
                var links = source.Select(d => d.Link).Order().ToList();
                links.ShouldBe(Enumerable.Range(0, links.Count).Select(i => links[0] + i), $"deliveries of {source.Key}");
                var seqs = source.OrderBy(d => d.Link).SelectMany(d => d.Envelopes).Select(e => e.At.Seq).ToList();
                seqs.ShouldBe(seqs.Distinct().Order().ToList(), $"seqs of {source.Key}");
            }
        }

        /// <summary>The important one: what a subscriber was told makes of its snapshot what the session is.</summary>
        private void CheckSubscribers()
        {
            foreach (var (seat, begin) in _subscribers)
            {
                var id = begin.Session.SessionId;
                var view = new SessionView(begin.Session);
                var hasLeft = false;
                foreach (var envelope in _relay.For(seat, SourceId.Of(id), begin.At))
                {
                    view.Apply(envelope.Event);
                    if (envelope.Event is MemberLeft left && left.User == seat.User)
                    {
                        hasLeft = true;
                        break;
                    }
                }

                if (hasLeft || view.IsClosed)
                {
                    continue;
                }

                var reader = begin.Session.SessionAdministrator.Value;
                var now = Ask(() => _host.Session(id).Get(Caller(reader)));
                view.Differs(now.Session).ShouldBeNull($"{seat.User} in {id}");
            }
        }

        private void CheckList()
        {
            var listed = Ask(_host.List).Select(r => r.SessionId.Value).Order(StringComparer.Ordinal).ToList();
            var existing = _sessions.Where(s => Ask(() => _host.Session(s).Exists())).Select(s => s.Value).Order(StringComparer.Ordinal).ToList();
            listed.ShouldBe(existing);
        }

        /// <summary>Whoever was not heard of for long is in no session, and nobody is in two.</summary>
        private void CheckUsers()
        {
            foreach (var user in Users)
            {
                var rooms = _sessions.Where(s => Ask(() => _host.Session(s).HasMember(Id(user)))).ToList();
                rooms.Count.ShouldBeLessThanOrEqualTo(1, $"{user} is in {string.Join(' ', rooms)}");
            }
        }

        /// <summary>What a session shows of its members' data is what they have; whoever is listed is here.</summary>
        private void CheckData()
        {
            foreach (var session in _sessions.Where(s => Ask(() => _host.Session(s).Exists())))
            {
                var record = Ask(_host.List).Single(r => r.SessionId == session).Session!;
                var reader = record.SessionAdministrator.Value;
                foreach (var member in Ask(() => _host.Session(session).Get(Caller(reader))).Session.SessionUserDefinitions)
                {
                    var user = Ask(() => _host.User(member.UserId.Value).GetRecord());
                    (member.UserData ?? Payload.EmptyObject).ShouldBe(user.UserData, $"{member.UserId} in {session}");
                }
            }

            Ask(_host.Users).ShouldAllBe(r => r.User != null && Ask(() => _host.User(r.UserId.Value).GetRecord()) == r.User);
        }

        private void LoseEverybody()
        {
            foreach (var user in Users.Where(_ => _random.Next(2) == 0))
            {
                Ask(async () =>
                {
                    await _host.User(user).Logout(Device(user));
                    return true;
                });
            }

            foreach (var user in Users)
            {
                Ask(async () =>
                {
                    for (var connection = 1; connection <= _connections; connection++)
                    {
                        await _host.User(user).Disconnected(Device(user), Connection(user, 1, connection));
                    }

                    return true;
                });
            }
        }

        /// <summary>When everybody has logged out or was lost, there is no session, no entry and no record.</summary>
        private void CheckNothingIsLeft()
        {
            _sessions.Where(s => Ask(() => _host.Session(s).Exists())).ShouldBeEmpty();
            Ask(_host.List).ShouldBeEmpty();
            Ask(_host.Users).ShouldBeEmpty();
            _host.Storage.Count("session").ShouldBe(0, "records of sessions are left");
            _host.Storage.Count("user").ShouldBe(0, "records of users are left");
        }

        /// <summary>What is lost expires, and what expires is told to the list.</summary>
        private void LetExpire()
        {
            _turns.UntilIdle();
            for (var i = 0; i < 40; i++)
            {
                Wait(250);
                _turns.UntilIdle();
            }
        }

        private void Hold(Action check) => _turns.Hold(check, () => Wait(250));

        private SessionId Some(Step step) => _sessions.Count == 0 ? new SessionId("nowhere") : _sessions[step.Number % _sessions.Count];

        private void Begin(string what, Func<Task> command) => _commands.Add((what, _turns.Start(command)));

        private void Wait(int milliseconds) => _host.Time.Advance(TimeSpan.FromMilliseconds(milliseconds));

        private T Ask<T>(Func<Task<T>> question)
        {
            T answer = default!;
            var asked = _turns.Start(async () => answer = await question());
            _turns.Ends(asked).ShouldBeTrue("a question is not answered");
            asked.IsCompletedSuccessfully.ShouldBeTrue("a question is not answered");
            return answer;
        }

        private T Finished<T>(Task<T> task)
        {
            SpinWait.SpinUntil(() => _turns.Ends(task), TimeSpan.FromSeconds(15)).ShouldBeTrue();
            return task.GetAwaiter().GetResult();
        }
    }
}
