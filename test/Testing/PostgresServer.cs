using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Orchestrator.Testing;

/// <summary>
/// A PostgreSQL of the tests' own: its data in a temporary directory, on a port and a socket of its own, for this machine
/// only. It does not wait for disks: what a stopped process has written is there, and the machine does not fail here.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string User = "postgres";

    private static readonly string Programs = FindPrograms();

    private readonly string _directory = Directory.CreateTempSubdirectory("orchestrator-pg-").FullName;
    private readonly int _port = FreePort();
    private int _databases;

    private PostgresServer()
    {
    }

    private string Data => Path.Combine(_directory, "data");

    public static async Task<PostgresServer> StartAsync()
    {
        var server = new PostgresServer();
        try
        {
            if (Environment.IsPrivilegedProcess)
            {
                await RunAsync("chown", User, server._directory);
            }

            await RunAsOwnerAsync("initdb", "-D", server.Data, "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>A new and empty database; gives its connection string.</summary>
    public async Task<string> CreateDatabaseAsync(string options = "")
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test{Interlocked.Increment(ref _databases)}");
        await ExecuteAsync(ConnectionString(User), $"CREATE DATABASE {name} {options}");
        return ConnectionString(name);
    }

    /// <summary>Ends all connections to a database from the server's side, as a failover does. They are gone when it is done.</summary>
    public Task CutAsync(string connectionString) => ExecuteAsync(
        ConnectionString(User),
        $"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{new NpgsqlConnectionStringBuilder(connectionString).Database}'");

    /// <summary>Stops it at once, as a crash does: nobody is told, nothing is finished.</summary>
    public Task StopAsync() => RunAsOwnerAsync("pg_ctl", "stop", "-D", Data, "-m", "immediate", "-w");

    public Task StartAgainAsync() => RunAsOwnerAsync(
        "pg_ctl", "start", "-D", Data, "-w", "-l", Path.Combine(_directory, "log"), "-o",
        $"-p {_port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={_directory} -c fsync=off -c full_page_writes=off -c max_connections=200");

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
        {
            await StopAsync();
        }

        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>Runs a statement on a connection that ends with it, and gives the first column of the first row.</summary>
    public static async Task<object?> ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection($"{connectionString};Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    private string ConnectionString(string database) =>
        string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={_port};Username={User};Database={database}");

    /// <summary>PostgreSQL refuses to run as root.</summary>
    private static Task RunAsOwnerAsync(string program, params string[] arguments) => Environment.IsPrivilegedProcess
        ? RunAsync("runuser", ["-u", User, "--", Path.Combine(Programs, program), .. arguments])
        : RunAsync(Path.Combine(Programs, program), arguments);

    private static async Task RunAsync(string program, params string[] arguments) =>
        (await ProgramRun.Of(new ProcessStartInfo(program, arguments) { WorkingDirectory = Path.GetTempPath() })).Ok();

    /// <summary>One that no outgoing connection gets while the database is stopped, where the system says which those are.</summary>
    private static int FreePort()
    {
        const int Lowest = 10_000;
        const string Outgoing = "/proc/sys/net/ipv4/ip_local_port_range";
        var end = File.Exists(Outgoing) ? int.Parse(File.ReadAllText(Outgoing).Split('\t')[0], CultureInfo.InvariantCulture) : 0;
        while (true)
        {
            using var free = Listen(0);
            var port = ((IPEndPoint)free.LocalEndpoint).Port;
            if (end <= Lowest)
            {
                return port;
            }

            try
            {
                // What the system scatters is scattered below, too: other runs of tests look for theirs at the same time.
                var below = Lowest + (port % (end - Lowest));
                using var found = Listen(below);
                return below;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Somebody has it; the next one is another.
            }
        }
    }

    private static TcpListener Listen(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        return listener;
    }

    /// <summary>Debian keeps them apart from the path, by their version; the highest one is taken.</summary>
    private static string FindPrograms()
    {
        const string Debian = "/usr/lib/postgresql";
        var debian = Directory.Exists(Debian)
            ? Directory.GetDirectories(Debian).OrderByDescending(static d => double.Parse(Path.GetFileName(d), CultureInfo.InvariantCulture)).Select(static d => Path.Combine(d, "bin"))
            : [];
        return debian.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
            .FirstOrDefault(static directory => File.Exists(Path.Combine(directory, "pg_ctl")) && File.Exists(Path.Combine(directory, "initdb")))
            ?? throw new InvalidOperationException("PostgreSQL is missing: install the package postgresql.");
    }
}
