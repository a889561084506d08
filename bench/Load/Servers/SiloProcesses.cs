using Npgsql;

namespace Orchestrator.Load.Servers;

/// <summary>Silos that are one cluster, in a schema of their own that goes with them.</summary>
internal sealed class SiloProcesses : IAsyncDisposable
{
    private readonly string _postgres;
    private readonly string _schema = "load_" + Path.GetRandomFileName().Replace(".", "", StringComparison.Ordinal);
    private readonly List<ServerProcess> _all = [];

    private SiloProcesses(string postgres) => _postgres = postgres;

    public IReadOnlyList<ServerProcess> All => _all;

    public static async Task<SiloProcesses> Start(int count, string postgres, FileInfo? program, CancellationToken cancellationToken)
    {
        var silos = new SiloProcesses(postgres);
        try
        {
            for (var i = 0; i < count; i++)
            {
                silos._all.Add(await ServerProcess.Start(ServerPrograms.Silo(program, postgres, silos._schema), cancellationToken));
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
        foreach (var silo in _all)
        {
            await silo.DisposeAsync();
        }

        await using var connection = new NpgsqlConnection(_postgres);
        await connection.OpenAsync();
        await using var drop = new NpgsqlCommand($"DROP SCHEMA IF EXISTS {_schema} CASCADE", connection);
        await drop.ExecuteNonQueryAsync();
    }
}
