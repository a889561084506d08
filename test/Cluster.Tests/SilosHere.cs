using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Hosting;

namespace Orchestrator.Cluster;

/// <summary>Silos of one cluster in this process, so that their calls can be counted.</summary>
internal sealed class SilosHere : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orchestrator-silos-");
    private readonly List<OrchestratorHost> _hosts = [];

    private SilosHere()
    {
    }

    public CallCounts Calls { get; } = new();

    public IReadOnlyList<Uri> Addresses => [.. _hosts.Select(static host => new Uri(host.Addresses.Single()))];

    public static async Task<SilosHere> Start(PostgresFixture postgres, int count)
    {
        var silos = new SilosHere();
        try
        {
            var config = new FileInfo(Path.Combine(silos._directory.FullName, "orchestrator.json"));
            await File.WriteAllTextAsync(config.FullName, JsonSerializer.Serialize(new Dictionary<string, object> { ["Storage:Postgres"] = await postgres.CreateDatabaseAsync() }));
            for (var i = 0; i < count; i++)
            {
                silos._hosts.Add(await OrchestratorHost.Start(silos.Options(config), CancellationToken.None));
            }

            return silos;
        }
        catch
        {
            await silos.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }

        _directory.Delete(recursive: true);
    }

    private StartOptions Options(FileInfo config) => new("http://127.0.0.1:0", _directory.FullName, config)
    {
        JoinsCluster = true,
        AddLog = static _ => { },
        AddServices = services => services.AddSingleton<IOutgoingGrainCallFilter>(Calls).AddSingleton<IIncomingGrainCallFilter>(Calls),
    };
}
