using Orchestrator.Devices;

namespace Orchestrator.Delivery;

/// <summary>
/// Connections come and go while a source publishes, moves and loses deliveries, in an order that a seed decides. In the end everybody who is there has had
/// everything since its beginning, or since a snapshot that it was given: nothing lost, nothing doubled, in order.
/// </summary>
public sealed class RelaySimulation
{
    private const int Rounds = 3_000;

    [Fact]
    public void Nothing_is_lost_or_doubled_whatever_overtakes_whatever() => Simulate(Trouble.None);

    [Fact]
    public void Nothing_is_lost_or_doubled_when_deliveries_are_lost() => Simulate(Trouble.Loss);

    [Fact]
    public void Nothing_is_lost_or_doubled_when_the_log_is_short() => Simulate(Trouble.Loss | Trouble.ShortLog);

    [Fact]
    public void Nothing_is_lost_or_doubled_when_the_source_moves() => Simulate(Trouble.Moves);

    [Fact]
    public void Nothing_is_lost_or_doubled_when_everything_goes_wrong() =>
        Simulate(Trouble.Moves | Trouble.Loss | Trouble.ShortLog | Trouble.Bans);

    private static void Simulate(Trouble trouble)
    {
        var first = Environment.GetEnvironmentVariable("SEED") is { } seed ? int.Parse(seed, System.Globalization.CultureInfo.InvariantCulture) : 1;
        var rounds = Environment.GetEnvironmentVariable("SEED") is null ? Rounds : 1;
        for (var i = first; i < first + rounds; i++)
        {
            using var fixture = new RelayFixture();
            string? failure;
            try
            {
                failure = new Round(fixture, new Random(i), trouble).Run();
            }
            catch (Exception e) when (e is not ShouldAssertException)
            {
                failure = $"{e}";
            }

            failure.ShouldBeNull($"SEED={i} with {trouble}");
        }
    }

    [Flags]
    private enum Trouble
    {
        None = 0,
        Loss = 1,
        ShortLog = 2,
        Moves = 4,
        Bans = 8,
    }

    private sealed class Round(RelayFixture fixture, Random random, Trouble trouble)
    {
        private const int Steps = 120;
        private static readonly string[] Users = ["ann", "bob", "cid"];

        private readonly List<Subscribing> _present = [];
        private readonly List<Subscribing> _all = [];
        private int _connections;

        private FakeSource Source => fixture.Source;

        private Network Network => fixture.Network;

        public string? Run()
        {
            if (trouble.HasFlag(Trouble.ShortLog))
            {
                Source.LogBytesMax = random.Next(0, 600);
                Source.Crash();
            }

            for (var step = 0; step < Steps; step++)
            {
                Step();
                if (_all.Select(s => s.Subscriber.Fault).FirstOrDefault(f => f is not null) is { } fault)
                {
                    return $"step {step}: {fault}";
                }
            }

            return Finish();
        }

        private string? Finish()
        {
            Settle();
            foreach (var subscribing in _present.Where(s => s.HasBegun && !s.Subscriber.IsReleased))
            {
                subscribing.Release();
            }

            // Two more show whatever was lost at the end.
            for (var i = 0; i < 2; i++)
            {
                Source.Publish(Audience.Everyone);
                Settle();
            }

            // Who lost its right is told so by an event, upon which it leaves; here there is no such event.
            return _all.Where(s => s.HasBegun && s.Subscriber.IsReleased && !Source.Banned.Contains(s.Subscriber.Seat.User.Value)).Select(s => s.Subscriber.Differs(Source.History)).FirstOrDefault(d => d is not null);
        }

        private void Settle()
        {
            Network.PassAll();
            while (fixture.Time.TimersWaiting > 0)
            {
                fixture.Time.Advance(TimeSpan.FromSeconds(5));
                Network.PassAll();
            }
        }

        private void Step()
        {
            switch (random.Next(100))
            {
                case < 22:
                    Publish();
                    break;
                case < 32:
                    Subscribe();
                    break;
                case < 38:
                    Leave();
                    break;
                case < 46:
                    Release();
                    break;
                case < 48 when trouble.HasFlag(Trouble.Moves):
                    Source.Move();
                    break;
                case < 49 when trouble.HasFlag(Trouble.Bans):
                    Source.Ban(Users[random.Next(Users.Length)]);
                    break;
                case < 54 when trouble.HasFlag(Trouble.Loss):
                    Lose();
                    break;
                case < 78:
                    Message();
                    break;
                default:
                    Deliver();
                    break;
            }
        }

        private void Publish()
        {
            if (random.Next(3) == 0)
            {
                Source.PublishTogether([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => SomeAudience())]);
                return;
            }

            Source.Publish(SomeAudience());
        }

        private Audience SomeAudience() => random.Next(4) switch
        {
            0 => RelayFixture.Only(Users[random.Next(Users.Length)]),
            1 when _all.Count > 0 => Audience.AllBut(_all[random.Next(_all.Count)].Subscriber.Seat.Device),
            2 when _all.Count > 0 => Audience.OnlyDevices(_all[random.Next(_all.Count)].Subscriber.Seat.Device, new DeviceId("nobody's")),
            _ => Audience.Everyone,
        };

        private void Subscribe()
        {
            if (_present.Count >= 6)
            {
                return;
            }

            Position? after = random.Next(2) == 0 ? null : new Position(Source.At.Epoch, random.NextInt64(Source.At.Seq + 1));
            var subscribing = fixture.Subscribe(new RecordingSubscriber(Users[random.Next(Users.Length)], $"c{++_connections}"), after);
            _present.Add(subscribing);
            _all.Add(subscribing);
        }

        private void Release()
        {
            foreach (var subscribing in _present.Where(s => s.HasBegun && !s.Subscriber.IsReleased).ToArray())
            {
                subscribing.Release();
                LeaveOneDay(subscribing);
            }
        }

        /// <summary>Some leave while they are told something.</summary>
        private void LeaveOneDay(Subscribing subscribing)
        {
            if (random.Next(5) == 0)
            {
                subscribing.Subscriber.OnNext = _ =>
                {
                    if (_present.Remove(subscribing))
                    {
                        fixture.Relay.Drop(subscribing.Subscription);
                        subscribing.Subscriber.HasLeft = true;
                    }
                };
            }
        }

        private void Leave()
        {
            if (_present.Where(s => s.HasBegun).ToArray() is { Length: > 0 } begun)
            {
                var leaving = begun[random.Next(begun.Length)];
                _present.Remove(leaving);
                leaving.Subscriber.HasLeft = true;
                _ = fixture.Relay.Unsubscribe(leaving.Subscription);
            }
        }

        private void Message()
        {
            if (Network.Messages > 0)
            {
                Network.Pass(random.Next(Network.Messages));
            }
        }

        private void Lose()
        {
            if (Network.ToGateway is [{ Delivery: not null }, ..])
            {
                Network.ToGateway.RemoveAt(0);
            }
        }

        private void Deliver()
        {
            if (Network.ToGateway.Count > 0)
            {
                // Sometimes one overtakes; the news of a move overtakes nothing, and is not overtaken.
                var deliveries = Network.ToGateway.TakeWhile(d => d.Delivery is not null).Count();
                Network.Deliver(deliveries > 1 && random.Next(4) == 0 ? random.Next(Math.Min(deliveries, 3)) : 0);
            }
        }
    }
}
