using System.Globalization;

namespace Orchestrator.Cluster;

/// <summary>Sessions with a member at each silo, all of whom talk all the time.</summary>
internal sealed class Evening : IAsyncDisposable
{
    private static readonly TimeSpan SendPeriod = TimeSpan.FromMilliseconds(50);

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

    public IEnumerable<Participant> All => _sessions.SelectMany(static members => members);

    /// <summary>From now on everybody talks; done when each hears all others of its session.</summary>
    public async Task AllHear()
    {
        foreach (var members in _sessions)
        {
            foreach (var member in members)
            {
                _heard.Add(new Listening(members, member));
                _talking.Add(Talk(member));
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

    /// <summary>Nobody is missing, all have heard the same in one order, and who has missed something was told so. How often somebody was is the answer.</summary>
    public async Task<int> DemandSound()
    {
        await DemandComplete();
        DemandOrder();
        return DemandNoLossUntold();
    }

    /// <summary>Every session has all of its members, all of them present, and one master among them.</summary>
    private async Task DemandComplete()
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

    /// <summary>What two members heard at the same place of their session is the same, places only grow, no message comes twice, and in an epoch there is one master.</summary>
    private void DemandOrder()
    {
        foreach (var members in _sessions)
        {
            var masters = new Dictionary<long, string?>();
            var places = new Dictionary<HubPlace, string>();
            foreach (var member in members)
            {
                var last = (Epoch: 0L, Seq: 0L);
                var said = new HashSet<string>(StringComparer.Ordinal);
                foreach (var heard in member.Heard.Where(static e => e.Stamp is not null && e.Name is "MessageSent" or "SessionUpdated"))
                {
                    var place = heard.Place;
                    (place.Epoch, place.Seq).CompareTo(last).ShouldBePositive($"{member.Name} heard {heard} after {last}");
                    last = (place.Epoch, place.Seq);
                    var told = $"{heard.Name} {heard.Data}";
                    places.TryAdd(place, told);
                    places[place].ShouldBe(told);
                    (heard.Name != "MessageSent" || said.Add(told)).ShouldBeTrue($"{member.Name} heard {heard} twice");
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

    /// <summary>
    /// Whatever did not come, its member was told so: each event follows on the one before it that its member should have seen, unless the session was told anew.
    /// How often it was is the answer.
    /// </summary>
    private int DemandNoLossUntold()
    {
        var told = 0;
        foreach (var member in All)
        {
            HubPlace? at = null;
            // An event may come before the reply after whose place it stands.
            foreach (var arrival in member.Connections.SelectMany(static heard => heard.OrderBy(static a => a is HubReply ? 0 : 1)))
            {
                switch (arrival)
                {
                    case HubReply { Command: "AddSession" or "JoinSession", Answer: { Error: 0, At: { } place } }:
                        at = place;
                        break;
                    case HubReply { Command: "Resume", Answer: { Error: 0, At: { } place } answer } when !answer.Body.GetProperty("recovered").GetBoolean():
                        (at, told) = (place, told + 1);
                        break;
                    case HubEvent { Name: "SessionSnapshot" } anew:
                        (at, told) = (anew.Place, told + 1);
                        break;
                    case HubEvent { Stamp: { } stamp } heard when stamp.Source == at?.Source:
                        (stamp.Epoch, stamp.Prev).ShouldBe((at.Epoch, at.Seq), $"{member.Name} heard {heard} and was not told that something is missing before it");
                        at = heard.Place;
                        break;
                }
            }
        }

        return told;
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

    private async Task Talk(Participant member)
    {
        using var timer = new PeriodicTimer(SendPeriod);
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
