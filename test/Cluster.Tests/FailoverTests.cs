using System.Globalization;

namespace Orchestrator.Cluster;

/// <summary>
/// A silo ends without a word, in the middle of sessions whose members sit at all silos: who is elsewhere hears on, who was there comes back, and nobody is missing. TEST_ROUNDS says how often; the
/// times are told, and bounded only so far that a machine which is busy with something else does not fail them.
/// </summary>
public sealed class FailoverTests(PostgresFixture postgres, ITestOutputHelper output)
{
    private const int Sessions = 6;
    private static readonly TimeSpan SendPeriod = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(20);

    private static int Rounds => int.Parse(Environment.GetEnvironmentVariable("TEST_ROUNDS") ?? "1", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public Task After_a_kill_everybody_hears_again(int silos) => WholeAgain(silos, static silo => silo.Kill());

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public Task After_a_freeze_everybody_hears_again(int silos) => WholeAgain(silos, static silo =>
    {
        silo.Freeze();
        return Task.CompletedTask;
    });

    private async Task WholeAgain(int silos, Func<OrchestratorProcess, Task> strike)
    {
        await using var cluster = await SiloCluster.Start(postgres, silos);
        try
        {
            await WholeAgain(cluster, strike);
        }
        catch
        {
            output.WriteLine(cluster.Log);
            throw;
        }
    }

    private async Task WholeAgain(SiloCluster cluster, Func<OrchestratorProcess, Task> strike)
    {
        var silos = cluster.Silos.Count;
        var random = new Random(20261121);
        var hearing = new List<double>();
        var seated = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            await using var evening = await Evening.Begin(cluster, Sessions, round);
            await evening.AllHear(SendPeriod);
            var victim = cluster.Silos[random.Next(cluster.Silos.Count)];
            var struck = TimeProvider.System.GetTimestamp();
            await strike(victim);
            await Eventually(() => evening.NotYetWhole(struck, victim) is { } reason && TimeProvider.System.GetElapsedTime(struck) < Enough ? reason : null);
            evening.NotYetWhole(struck, victim).ShouldBeNull();
            hearing.Add(evening.SecondsUntilHeard(struck, victim));
            seated.Add(evening.SecondsUntilSeated(struck));
            await evening.DemandComplete();
            evening.DemandOrder();
            await victim.Kill();
            await cluster.Add();
        }

        output.WriteLine($"{silos} silos, {Rounds} rounds: those elsewhere hear again after {Told(hearing)}, those of the lost gateway sit again after {Told(seated)}.");
    }

    private static string Told(List<double> seconds)
    {
        seconds.Sort();
        return string.Create(CultureInfo.InvariantCulture, $"{seconds[seconds.Count / 2]:0.00} s (worst {seconds[^1]:0.00} s)");
    }
}

/// <summary>Sessions with a member at each silo, all of whom talk all the time.</summary>
internal sealed class Evening : IAsyncDisposable
{
    private readonly List<Participant[]> _sessions = [];
    private readonly List<Listening> _heard = [];
    private readonly CancellationTokenSource _ended = new();
    private readonly List<Task> _talking = [];

    private Evening()
    {
    }

    public static async Task<Evening> Begin(SiloCluster cluster, int sessions, int round)
    {
        var evening = new Evening();
        for (var s = 0; s < sessions; s++)
        {
            var members = await Task.WhenAll(cluster.Silos.Select((silo, i) => Participant.Arrive(cluster, $"P{round}-{s}-{i}", silo)));
            evening._sessions.Add(members);
            var opened = (await members[s % members.Length].Do("AddSession", key => new { sessionName = $"S{round}-{s}", scenarioDefinition = new { scenarioId = "cluster", scenarioName = "Cluster" }, key })).Ok();
            foreach (var member in members.Where((_, i) => i != s % members.Length))
            {
                (await member.Do("JoinSession", key => new { sessionId = opened.Body.Text("sessionId"), key })).Ok();
            }
        }

        return evening;
    }

    private IEnumerable<Participant> All => _sessions.SelectMany(static members => members);

    /// <summary>From now on everybody talks; done when each hears all others of its session.</summary>
    public async Task AllHear(TimeSpan period)
    {
        foreach (var members in _sessions)
        {
            foreach (var member in members)
            {
                _heard.Add(new Listening(members, member));
                _talking.Add(Talk(member, period));
            }
        }

        await Eventually(() => NotYetWhole(0, null));
    }

    /// <summary>Why not everybody has heard something that was said since, by each other whose silo stands; null: all have.</summary>
    public string? NotYetWhole(long since, OrchestratorProcess? victim)
    {
        foreach (var listening in _heard)
        {
            listening.Look();
        }

        return All.Select(static p => p.LostSeat is null ? null : $"{p.Name} lost its seat: {p.LostSeat}").FirstOrDefault(static lost => lost is not null)
            ?? _heard.Select(listening => listening.Missing(since, victim)).FirstOrDefault(static missing => missing is not null);
    }

    public double SecondsUntilHeard(long struck, OrchestratorProcess victim) => _heard
        .Where(listening => listening.Member.Resumptions.Count == 0)
        .Max(listening => TimeProvider.System.GetElapsedTime(struck, listening.FirstAfter(struck, victim)).TotalSeconds);

    public double SecondsUntilSeated(long struck) => All.SelectMany(static p => p.Resumptions)
        .Where(r => r.Back > struck)
        .Select(r => TimeProvider.System.GetElapsedTime(struck, r.Back).TotalSeconds)
        .DefaultIfEmpty(0)
        .Max();

    /// <summary>Every session has all of its members, all of them present, and one master among them.</summary>
    public async Task DemandComplete()
    {
        foreach (var members in _sessions)
        {
            var expected = members.Select(static m => m.UserId).Order(StringComparer.Ordinal).ToArray();
            foreach (var member in members)
            {
                await Eventually(async () =>
                {
                    var session = await member.Session();
                    var users = session.Texts("sessionUsers").Order(StringComparer.Ordinal).ToArray();
                    return !users.SequenceEqual(expected, StringComparer.Ordinal) ? $"{member.Name} sees {users.Length} of {expected.Length} members"
                        : !users.Contains(session.Text("sessionMaster"), StringComparer.Ordinal) ? "there is no master"
                        : session.GetProperty("sessionUserDefinitions").EnumerateArray().Any(static d => d.Text("presence") != "online") ? $"somebody is away: {session}"
                        : null;
                });
            }
        }
    }

    /// <summary>What two members heard at the same place of their session is the same, places only grow, and in an epoch there is one master.</summary>
    public void DemandOrder()
    {
        foreach (var members in _sessions)
        {
            var masters = new Dictionary<long, string?>();
            var places = new Dictionary<HubPlace, string>();
            foreach (var member in members)
            {
                var last = (Epoch: 0L, Seq: 0L);
                foreach (var heard in member.Heard.Where(static e => e.Stamp is not null && e.Name is "MessageSent" or "SessionUpdated"))
                {
                    var place = heard.Place;
                    (place.Epoch, place.Seq).CompareTo(last).ShouldBePositive($"{member.Name} heard {heard} after {last}");
                    last = (place.Epoch, place.Seq);
                    var told = $"{heard.Name} {heard.Data}";
                    places.TryAdd(place, told);
                    places[place].ShouldBe(told);
                    if (heard.Kind == "MASTER_CHANGED")
                    {
                        var epoch = heard.Data.GetProperty("eventData").GetProperty("epoch").GetInt64();
                        masters.TryAdd(epoch, heard.User);
                        masters[epoch].ShouldBe(heard.User, $"two masters in epoch {epoch}");
                    }
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await Task.WhenAll(_talking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var participant in All)
        {
            await participant.DisposeAsync();
        }

        _ended.Dispose();
    }

    private async Task Talk(Participant member, TimeSpan period)
    {
        using var timer = new PeriodicTimer(period);
        while (await timer.WaitForNextTickAsync(_ended.Token))
        {
            var said = TimeProvider.System.GetTimestamp().ToString(CultureInfo.InvariantCulture);
            // Nobody waits for the answer: while it is not known where the session is, that would be all that is said.
            _ = (await member.Connected().WaitAsync(_ended.Token)).Invoke("SendMessageToAll", new { message = said })
                .ContinueWith(static t => t.Exception, TaskScheduler.Default);
        }
    }

    /// <summary>What one member heard of the others, and when it was said.</summary>
    private sealed class Listening(Participant[] members, Participant member)
    {
        private readonly Dictionary<string, List<(long Said, long Heard)>> _of = members.ToDictionary(
            static m => m.UserId, static _ => new List<(long, long)>(), StringComparer.Ordinal);

        private int _seen;

        public Participant Member => member;

        public void Look()
        {
            var now = TimeProvider.System.GetTimestamp();
            var heard = member.Heard;
            foreach (var message in heard.Skip(_seen).Where(static e => e.Name == "MessageSent"))
            {
                _of[message.Data.Text("messageFrom")].Add((long.Parse(message.Data.Text("message"), CultureInfo.InvariantCulture), now));
            }

            _seen = heard.Count;
        }

        /// <summary>When it heard something of everybody that was said since.</summary>
        public long FirstAfter(long since, OrchestratorProcess? victim) =>
            Others(victim).Max(other => _of[other.UserId].Where(h => h.Said > since).Select(static h => h.Heard).DefaultIfEmpty(long.MaxValue).First());

        public string? Missing(long since, OrchestratorProcess? victim) => Others(victim)
            .Where(other => !_of[other.UserId].Any(h => h.Said > since))
            .Select(other => $"{member} does not hear {other}")
            .FirstOrDefault();

        private IEnumerable<Participant> Others(OrchestratorProcess? victim) => members.Where(m => m.Silo != victim || victim is null);
    }
}
