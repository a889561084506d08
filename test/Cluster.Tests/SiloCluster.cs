using System.Globalization;

namespace Orchestrator.Cluster;

/// <summary>Silos as an operator starts them: processes on one database, each with an address of its own.</summary>
internal sealed class SiloCluster : IAsyncDisposable
{
    /// <summary>For tests in which silos hang: each says every second that it is there, and who hears nothing for two counts the other as lost.</summary>
    public static readonly (string Key, string Value) Alert = ("Limits:SilenceSeconds", "2");

    private readonly Dictionary<string, string> _environment;
    private readonly List<OrchestratorProcess> _all = [];
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(2) };

    private readonly int _wanted;

    private SiloCluster(string database, int silos, IReadOnlyDictionary<string, string> settings)
    {
        _wanted = silos;
        Database = database;
        Silence = TimeSpan.FromSeconds(settings.TryGetValue(Variable(Alert.Key), out var seconds) ? int.Parse(seconds, CultureInfo.InvariantCulture) : new Limits().SilenceSeconds);
        _environment = new(settings, StringComparer.Ordinal)
        {
            ["ORCHESTRATOR_Storage__Postgres"] = database,
            ["ORCHESTRATOR_Gateway__PasswordIterations"] = "1000",
            ["ORCHESTRATOR_Limits__AccountRequestsPerMinute"] = "0",
            ["ORCHESTRATOR_Limits__CommandsPerSecondMax"] = "0",
            // A machine that runs tests may have no time for a silo for longer than one that serves people.
            ["ORCHESTRATOR_Cluster__ProbeSeconds"] = Environment.GetEnvironmentVariable("ORCHESTRATOR_Cluster__ProbeSeconds") ?? "1",
            ["ORCHESTRATOR_Limits__PingSeconds"] = "1",
        };
    }

    public string Database { get; }

    /// <summary>How long a silo, or a client, may say nothing.</summary>
    public TimeSpan Silence { get; }

    /// <summary>Those that run; one that is frozen, too.</summary>
    public IReadOnlyList<OrchestratorProcess> Silos
    {
        get
        {
            // Who writes or comes back asks while one is added.
            lock (_all)
            {
                return [.. _all.Where(static silo => !silo.HasExited)];
            }
        }
    }

    public static Task<SiloCluster> Start(PostgresFixture postgres, int silos, params (string Key, string Value)[] settings) =>
        StartOn(static _ => Task.CompletedTask, postgres, silos, settings);

    /// <summary>The same, on a database that something is done to first; it is given the connection string.</summary>
    public static async Task<SiloCluster> StartOn(Func<string, Task> prepare, PostgresFixture postgres, int silos, params (string Key, string Value)[] settings)
    {
        DemandEngine();
        var cluster = new SiloCluster(
            await postgres.CreateDatabaseAsync(), silos, settings.ToDictionary(static s => Variable(s.Key), static s => s.Value, StringComparer.Ordinal));
        try
        {
            await prepare(cluster.Database);
            await Task.WhenAll(Enumerable.Range(0, silos).Select(_ => cluster.Add()));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>One more silo; done when it serves clients.</summary>
    public async Task<OrchestratorProcess> Add()
    {
        var silo = await OrchestratorProcess.Start(["--cluster", "--urls", "http://127.0.0.1:0"], _environment);
        lock (_all)
        {
            _all.Add(silo);
        }

        await Eventually(async () => await Health(silo) == "Healthy" ? null : string.Create(CultureInfo.InvariantCulture, $"silo {silo.Id} is not ready: {silo.Errors}{silo.Output}"));
        return silo;
    }

    /// <summary>Done when it says this of itself; a busy machine may take longer than one question waits.</summary>
    public Task Becomes(string health, OrchestratorProcess silo) => Eventually(async () =>
        await Health(silo) is var now && now == health ? null : string.Create(CultureInfo.InvariantCulture, $"silo {silo.Id}: {now}"));

    /// <summary>Done when as many as were wanted at the beginning run and serve clients.</summary>
    public async Task Heal()
    {
        foreach (var silo in Silos)
        {
            silo.Thaw();
        }

        while (Silos.Count < _wanted)
        {
            await Add();
        }

        await Eventually(async () =>
        {
            foreach (var silo in Silos)
            {
                if (await Health(silo) is var health && health != "Healthy")
                {
                    return $"silo {silo.Id.ToString(CultureInfo.InvariantCulture)}: {health}";
                }
            }

            return Silos.Count < _wanted ? "a silo has ended" : null;
        });
    }

    /// <summary>What all of them have said, for whoever looks for the reason of a failure.</summary>
    public string Log => string.Join("\n", _all.Select(static silo => string.Create(CultureInfo.InvariantCulture, $"== {silo.Address} (process {silo.Id})\n{silo.Output}{silo.Errors}")));

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        foreach (var silo in _all)
        {
            await silo.DisposeAsync();
        }
    }

    /// <summary>Skips the test where the program has the engine of one process.</summary>
    public static void DemandEngine() =>
        Assert.SkipUnless(File.Exists(Path.Combine(AppContext.BaseDirectory, "Orleans.Runtime.dll")), "This program has the engine of one process.");

    private static string Variable(string setting) => "ORCHESTRATOR_" + setting.Replace(":", "__", StringComparison.Ordinal);

    /// <summary>Whether it takes clients, in its own words: Healthy, or Degraded where its store does not take writes; anything else is no.</summary>
    private async Task<string> Health(OrchestratorProcess silo)
    {
        try
        {
            return await _http.GetStringAsync(new Uri(silo.Address, "/health/ready"));
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return e.Message;
        }
    }
}
