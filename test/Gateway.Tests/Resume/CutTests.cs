using System.Globalization;

namespace Orchestrator.Tests;

/// <summary>
/// Receivers whose connections break at random moments, while one sends all the time. TEST_CUTS says how often, TEST_SEED repeats
/// a run as far as the machine allows.
/// </summary>
public sealed class CutTests(ITestOutputHelper output)
{
    private const int Receivers = 8;
    private const int PerTick = 5;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    [Fact]
    public async Task Whatever_breaks_every_receiver_has_every_event_once_and_in_order()
    {
        var (cuts, seed) = (RunSettings.Cuts, RunSettings.Seed);
        output.WriteLine($"seed {seed}, {cuts} cuts");
        await using var server = await HubServer.Start(("Limits:SourceLogBytesMax", 64_000_000));
        await using var client = await server.Connect();
        var sender = await Guest.LogIn(client, "the sender");
        var session = await sender.AddSession();
        var receivers = new List<Receiver>();
        for (var i = 0; i < Receivers; i++)
        {
            receivers.Add(await Receiver.Join(server, session, $"receiver {i}", new Random(unchecked(seed + (i * 7_919)))));
        }

        using var enough = new CancellationTokenSource();
        var sending = Send(sender, enough.Token);
        await Task.WhenAll(receivers.Select((r, i) => r.BreakAndComeBack((cuts / Receivers) + (i < cuts % Receivers ? 1 : 0))));
        await enough.CancelAsync();
        var sent = await sending;

        foreach (var receiver in receivers)
        {
            await Eventually(() => receiver.Numbers.LastOrDefault(-1) == sent - 1 ? null : $"seed {seed}: {receiver.Name} has {receiver.Numbers.Count} of {sent}, {receiver.Now}");
            receiver.Numbers.ShouldBe(Enumerable.Range(0, sent), $"seed {seed}: {receiver.Name}");
            ResumeTests.Chained(receiver.Heard);
        }

        var info = (await sender.Invoke("GetSessionInfo")).Ok().Body;
        info.Texts("sessionUsers").Length.ShouldBe(Receivers + 1);
        await Eventually(async () => (await sender.Invoke("GetSessionInfo")).Body.GetRawText().Contains("away", StringComparison.Ordinal) ? "somebody is away" : null);
        output.WriteLine($"{sent} events, {receivers.Sum(r => r.Resumes)} resumes, {receivers.Sum(r => r.Lost)} lost in the middle");
        foreach (var receiver in receivers)
        {
            await receiver.DisposeAsync();
        }
    }

    /// <summary>500 events in a second; gives how many there were.</summary>
    private static async Task<int> Send(Guest sender, CancellationToken enough)
    {
        var sent = 0;
        using var ticks = new PeriodicTimer(Tick);
        while (!enough.IsCancellationRequested)
        {
            await ticks.WaitForNextTickAsync(CancellationToken.None);
            var answers = Enumerable.Range(sent, PerTick).Select(n => sender.Invoke("SendSceneEventToAllUsersDirect", new { @event = $"{n}" })).ToArray();
            sent += PerTick;
            foreach (var answer in await Task.WhenAll(answers))
            {
                answer.Ok();
            }
        }

        return sent;
    }

    private sealed class Receiver(HubServer server, Guest guest, string name, Random random) : IAsyncDisposable
    {
        private const int EventsBetweenMax = 120;

        private readonly List<HubEvent> _kept = [];
        private HubClient _client = guest.Client;
        private HubPlace _place = new("", 0, 0);
        private bool _mayRepeat;

        public string Name => name;

        public int Resumes { get; private set; }

        public int Lost { get; private set; }

        /// <summary>For the sentence of a failure.</summary>
        public string Now => $"connection {(_client.IsOver ? "closed" : "open")}, heard last: {string.Join(" | ", _client.Arrivals.TakeLast(3))}";

        /// <summary>Everything over all connections, each once.</summary>
        public IReadOnlyList<HubEvent> Heard => [.. _kept, .. New(_client.Events)];

        public IReadOnlyList<int> Numbers =>
            [.. Heard.Where(e => e.Kind == "SceneEventToUser").Select(e => int.Parse(e.Data.Text("sceneEventData"), CultureInfo.InvariantCulture))];

        public static async Task<Receiver> Join(HubServer server, string session, string name, Random random)
        {
            var guest = await Guest.LogIn(await server.Connect(), name);
            var joined = await guest.Join(session);
            return new Receiver(server, guest, name, random) { _place = joined.At! };
        }

        public async Task BreakAndComeBack(int times)
        {
            for (var i = 0; i < times; i++)
            {
                await Receive(random.Next(EventsBetweenMax));
                switch (random.Next(6))
                {
                    case 0:
                        // Events that cross the command on their way come twice then, and a client passes over them.
                        _mayRepeat = true;
                        await Resume(_client.LastPlace ?? _place);
                        break;
                    case 1:
                        await TakeOverFromTheLiving();
                        break;
                    case 2:
                        await LoseInTheMiddle();
                        await ComeBack();
                        break;
                    default:
                        await ComeBack();
                        break;
                }
            }
        }

        public ValueTask DisposeAsync() => _client.DisposeAsync();

        private async Task Receive(int count)
        {
            var (client, enough) = (_client, _client.EventCount + count);
            await Eventually(() => client.EventCount >= enough ? null : $"{name} received {client.EventCount} of {enough}, {Now}");
        }

        private async Task ComeBack()
        {
            _client.Cut();
            await GoOnWith(await server.Connect());
            await Resume(_place);
        }

        /// <summary>The old connection is still open when the new one takes over; what it still hears is not listened to.</summary>
        private async Task TakeOverFromTheLiving()
        {
            var (old, next) = (_client, await server.Connect());
            Keep();
            _client = next;
            await Resume(_place);
            await old.WaitFor("Disconnecting");
            await old.DisposeAsync();
        }

        /// <summary>One or several connections on which the answer to the resume is never heard.</summary>
        private async Task LoseInTheMiddle()
        {
            for (var i = random.Next(1, 4); i > 0; i--)
            {
                _client.Cut();
                await GoOnWith(await server.Connect());
                var call = _client.Invoke("Resume", new { token = guest.Token, at = _place });
                if (random.Next(2) == 0)
                {
                    await _client.Flushed();
                }

                _client.Cut();
                Lost++;
                await call.ContinueWith(static _ => { }, TaskScheduler.Default);
            }
        }

        private async Task GoOnWith(HubClient client)
        {
            await _client.Over;
            Keep();
            await _client.DisposeAsync();
            _client = client;
        }

        private void Keep()
        {
            _kept.AddRange(New(_client.Events));
            _place = _kept.LastOrDefault()?.Place ?? _place;
            _mayRepeat = false;
        }

        private List<HubEvent> New(IEnumerable<HubEvent> events)
        {
            var fresh = new List<HubEvent>();
            var seq = _place.Seq;
            foreach (var heard in events.Where(e => e.Stamp is not null))
            {
                if (heard.Stamp!.Seq > seq)
                {
                    fresh.Add(heard);
                    seq = heard.Stamp.Seq;
                }
                else if (!_mayRepeat)
                {
                    throw new InvalidOperationException($"{name} heard {heard} again, after {seq}");
                }
            }

            return fresh;
        }

        private async Task Resume(HubPlace at)
        {
            var (_, reply) = await Guest.Resume(_client, guest.Token, at);
            reply.Body.GetProperty("recovered").GetBoolean().ShouldBeTrue($"{name} at {at}");
            Resumes++;
        }
    }
}
