using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Cluster;

/// <summary>
/// A person with a good client: it notices that its gateway says nothing for longer than it may, takes up its seat at another silo, and sends what was refused as temporary, or not answered at all, again
/// with its key. It remembers what it heard and what it was told.
/// </summary>
internal sealed class Participant : IAsyncDisposable
{
    private static readonly TimeSpan HeartbeatPeriod = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly SiloCluster _cluster;
    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _gate = new();
    private readonly List<HubClient> _clients = [];
    private readonly List<Resumption> _resumptions = [];
    private TaskCompletionSource<HubClient> _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _life = Task.CompletedTask;
    private string _token = "";
    private string _lastTry = "never";
    private int _next;
    private int _keys;

    private Participant(SiloCluster cluster, string name) => (_cluster, Name) = (cluster, name);

    public string Name { get; }

    public string UserId { get; private set; } = "";

    /// <summary>The silo that it is connected to.</summary>
    public OrchestratorProcess? Silo { get; private set; }

    /// <summary>Why its seat was gone when it came back; null: it never was.</summary>
    public string? LostSeat { get; private set; }

    /// <summary>Everything that it heard, in order, over all of its connections.</summary>
    public IReadOnlyList<HubEvent> Heard
    {
        get
        {
            lock (_gate)
            {
                return [.. _clients.SelectMany(static client => client.Events)];
            }
        }
    }

    /// <summary>The same, and what it was answered, by connection.</summary>
    public IReadOnlyList<IReadOnlyList<HubArrival>> Connections
    {
        get
        {
            lock (_gate)
            {
                return [.. _clients.Select(static client => client.Arrivals)];
            }
        }
    }

    /// <summary>When it had lost its connection, and when it sat again.</summary>
    public IReadOnlyList<Resumption> Resumptions
    {
        get
        {
            lock (_gate)
            {
                return [.. _resumptions];
            }
        }
    }

    public static async Task<Participant> Arrive(SiloCluster cluster, string name, OrchestratorProcess silo)
    {
        var participant = new Participant(cluster, name);
        var client = await Connect(silo);
        var login = (await client.Invoke("Login", new { userName = name })).Ok();
        participant.UserId = login.Body.Text("userId");
        participant._token = login.Body.Text("resumeToken");
        participant.Sits(client, silo);
        participant._life = participant.Live(client);
        return participant;
    }

    /// <summary>Sends a command until it is answered, with one key; what is no passing failure is the answer.</summary>
    public async Task<HubReply> Do(string command, Func<string, object?> parameters)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"{Name}-{Interlocked.Increment(ref _keys)}");
        while (true)
        {
            _ended.Token.ThrowIfCancellationRequested();
            var reply = await Try(command, parameters(key));
            if (reply is { Answer.Retry: false })
            {
                return reply;
            }

            await Task.Delay(Pause, _ended.Token);
        }
    }

    /// <summary>Sends a command once; null: its connection was lost before the answer.</summary>
    public async Task<HubReply?> Try(string command, object? parameters)
    {
        var client = await Connected();
        try
        {
            return await (parameters is null ? client.Invoke(command) : client.Invoke(command, parameters));
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            return null;
        }
    }

    /// <summary>The session as it sees it.</summary>
    public async Task<JsonElement> Session() => (await Do("GetSessionInfo", static _ => null)).Ok().Body;

    public override string ToString() =>
        $"{Name} ({(_connected.Task.IsCompleted ? "at" : "not at")} {Silo?.Address}, came back {_resumptions.Count} times, heard {Heard.Count} events, last tried: {_lastTry})";

    public Task<HubClient> Connected()
    {
        lock (_gate)
        {
            return _connected.Task.WaitAsync(_ended.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _life.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var client in _clients)
        {
            await client.DisposeAsync();
        }

        _ended.Dispose();
    }

    /// <summary>It says from the first moment that it is there: an answer may take longer than a silo bears silence.</summary>
    private static async Task<HubClient> Connect(OrchestratorProcess silo)
    {
        var client = await HubClient.Connect(silo.Address);
        client.PingEvery(HeartbeatPeriod);
        return client;
    }

    private async Task Live(HubClient client)
    {
        while (!_ended.IsCancellationRequested)
        {
            await LiveOn(client);
            var lost = TimeProvider.System.GetTimestamp();
            Stands();
            client = await Return(lost);
        }
    }

    /// <summary>Until the connection is over, or nothing comes over it for too long.</summary>
    private async Task LiveOn(HubClient client)
    {
        while (!client.IsOver)
        {
            await client.Over.WaitAsync(HeartbeatPeriod, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _ended.Token.ThrowIfCancellationRequested();
            if (TimeProvider.System.GetElapsedTime(client.LastHeard) > _cluster.Silence)
            {
                client.Cut();
                return;
            }
        }
    }

    private async Task<HubClient> Return(long lost)
    {
        while (true)
        {
            _ended.Token.ThrowIfCancellationRequested();
            var silos = _cluster.Silos.Where(silo => silo != Silo || _cluster.Silos.Count == 1).ToArray();
            if (silos.Length > 0 && await TryResume(silos[_next++ % silos.Length], lost) is { } client)
            {
                return client;
            }

            await Task.Delay(Pause, _ended.Token);
        }
    }

    private async Task<HubClient?> TryResume(OrchestratorProcess silo, long lost)
    {
        HubClient? client = null;
        try
        {
            client = await Connect(silo).WaitAsync(AnswerMax, _ended.Token);
            var at = _clients.Select(static c => c.LastPlace).LastOrDefault(static place => place is not null);
            var reply = await client.Invoke("Resume", new { token = _token, at }).WaitAsync(AnswerMax, _ended.Token);
            if (reply.Error == 0)
            {
                _token = reply.Body.Text("resumeToken");
                Sits(client, silo);
                lock (_gate)
                {
                    _resumptions.Add(new Resumption(lost, TimeProvider.System.GetTimestamp(), reply.Body.GetProperty("recovered").GetBoolean()));
                }

                return client;
            }

            _lastTry = $"{reply}";
            if (!reply.Answer!.Retry)
            {
                LostSeat = $"{reply}";
                await _ended.CancelAsync();
            }
        }
        catch (Exception e) when (e is TimeoutException or IOException or HttpRequestException or System.Net.WebSockets.WebSocketException or OperationCanceledException)
        {
            // Another silo, or the same again.
            _lastTry = $"{silo.Address} {e.Message}";
        }

        await (client?.DisposeAsync() ?? ValueTask.CompletedTask);
        return null;
    }

    private void Sits(HubClient client, OrchestratorProcess silo)
    {
        lock (_gate)
        {
            _clients.Add(client);
            Silo = silo;
            _connected.TrySetResult(client);
        }
    }

    private void Stands()
    {
        lock (_gate)
        {
            _connected = new TaskCompletionSource<HubClient>(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}

/// <summary>A connection that was lost, and the seat taken up again. Times are timestamps.</summary>
internal sealed record Resumption(long Lost, long Back, bool Recovered);
