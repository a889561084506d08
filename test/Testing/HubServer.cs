using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.Hosting;
using Orchestrator.Security;

namespace Orchestrator.Testing;

/// <summary>The real orchestrator in this process, on a port and in a data directory of its own.</summary>
public sealed class HubServer : IAsyncDisposable
{
    /// <summary>All tests come from one address, some faster than people; and passwords that protect nothing need not be hashed for long.</summary>
    private static readonly (string Key, object Value)[] Defaults =
        [("Limits:AccountRequestsPerMinute", 0), ("Limits:CommandsPerSecondMax", 0), ("Gateway:PasswordIterations", 1_000)];

    /// <summary>What the run is about: TEST_DELIVERY=Streams lets everything come over streams.</summary>
    private static readonly (string Key, object Value)[] Driver =
        Environment.GetEnvironmentVariable("TEST_DELIVERY") is { Length: > 0 } driver ? [("Delivery:Driver", driver)] : [];

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orchestrator-test-");
    private OrchestratorHost? _host;
    private int _errorsSeen;

    private HubServer()
    {
    }

    public HubLog Log { get; } = new();

    private Action<IServiceCollection> AddServices { get; init; } = static _ => { };

    private bool JoinsCluster { get; init; }

    public HttpClient Http { get; } = new();

    public Uri Address { get; private set; } = new("http://127.0.0.1");

    public IServiceProvider Services => _host!.Services;

    /// <summary>The key that this server signs tokens with.</summary>
    public byte[] TokenKey => _host!.Services.GetRequiredService<TokenKey>().Bytes;

    /// <summary>Starts it with settings as they stand in a configuration file, e.g. ("Limits:GraceSeconds", 1).</summary>
    public static Task<HubServer> Start(params (string Key, object Value)[] settings) => StartWith(static _ => { }, settings);

    /// <inheritdoc cref="Start"/>
    /// <remarks>With services of the test in place of its own.</remarks>
    public static Task<HubServer> StartWith(Action<IServiceCollection> addServices, params (string Key, object Value)[] settings) =>
        Begin(new HubServer { AddServices = addServices }, Text(settings));

    /// <inheritdoc cref="Start"/>
    /// <remarks>As a silo of the cluster that is on this database; on the cluster engine alone.</remarks>
    public static Task<HubServer> StartSilo(string database, params (string Key, object Value)[] settings) =>
        Begin(new HubServer { JoinsCluster = true }, Text([("Storage:Postgres", database), .. settings]));

    /// <summary>Starts with a configuration file as it is, which may be a wrong one.</summary>
    public static Task<HubServer> StartWithFile(string text) => Begin(new HubServer(), text);

    /// <summary>Starts on the same data directory; the port is another one.</summary>
    public async Task StartAgain()
    {
        var data = Path.Combine(_directory.FullName, "data");
        var options = new StartOptions("http://127.0.0.1:0", data, new FileInfo(ConfigFile))
        {
            AddLog = logging => logging.AddProvider(Log),
            AddServices = AddServices,
            JoinsCluster = JoinsCluster,
        };
        _host = await OrchestratorHost.Start(options, CancellationToken.None);
        Address = new Uri(_host.Addresses.Single());
        await Polling.Eventually(async () =>
        {
            using var ready = await Http.GetAsync(Url("/health/ready"));
            return ready.IsSuccessStatusCode ? null : $"the server is not ready: {await ready.Content.ReadAsStringAsync()}";
        });
    }

    public async Task Stop()
    {
        if (_host is { } host)
        {
            _host = null;
            Log.IsStopping = true;
            await host.DisposeAsync();
            Log.IsStopping = false;
        }
    }

    public Uri Url(string path) => new(Address, path);

    /// <summary>Connects a client over SignalR, with the token of an account if given.</summary>
    public Task<HubClient> Connect(string? token = null) => HubClient.Connect(Address, token);

    /// <summary>Creates an account and gives its token.</summary>
    public async Task<string> Register(string userName, string password)
    {
        using var registered = await Http.PostAsJsonAsync(Url("/api/accounts"), new { userName, password });
        registered.EnsureSuccessStatusCode();
        using var answered = await Http.PostAsJsonAsync(Url("/api/tokens"), new { userName, password });
        answered.EnsureSuccessStatusCode();
        var body = await answered.Content.ReadFromJsonAsync<JsonElement>();
        return body.GetProperty("token").GetString()!;
    }

    /// <summary>Fails with what the server should not have logged; each error fails once.</summary>
    public void DemandNoErrors()
    {
        var errors = Log.Errors;
        var seen = Interlocked.Exchange(ref _errorsSeen, errors.Count);
        if (errors.Count > seen)
        {
            throw new InvalidOperationException($"The server logged errors: {string.Join('\n', errors.Skip(seen).Take(5))}");
        }
    }

    /// <summary>Stops it, and fails if it has logged an error.</summary>
    public async ValueTask DisposeAsync()
    {
        await Stop();
        Http.Dispose();
        RemoveDirectory();
        DemandNoErrors();
    }

    private static async Task<HubServer> Begin(HubServer server, string file)
    {
        await File.WriteAllTextAsync(server.ConfigFile, file);
        try
        {
            await server.StartAgain();
            return server;
        }
        catch
        {
            server.RemoveDirectory();
            throw;
        }
    }

    private static string Text((string Key, object Value)[] settings) => JsonSerializer.Serialize(Defaults.Concat(Driver).Concat(settings).DistinctLast().ToDictionary());

    private string ConfigFile => Path.Combine(_directory.FullName, "orchestrator.json");

    private void RemoveDirectory() => _directory.Delete(recursive: true);
}

internal static class SettingPairs
{
    /// <summary>Of two values for one key, the later one.</summary>
    public static IEnumerable<(string Key, object Value)> DistinctLast(this IEnumerable<(string Key, object Value)> pairs) =>
        pairs.Reverse().DistinctBy(p => p.Key);
}
