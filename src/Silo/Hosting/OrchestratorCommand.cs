using System.CommandLine;
using System.Data.Common;
using Microsoft.Extensions.Logging.Console;
using Orchestrator.Configuration;
using Orchestrator.Storage;

namespace Orchestrator.Hosting;

/// <summary>The command line.</summary>
public static class OrchestratorCommand
{
    private static readonly Option<string> Urls = new("--urls")
    {
        Description = "Addresses to listen on, separated by ';'.",
        DefaultValueFactory = static _ => "http://127.0.0.1:8090",
    };

    private static readonly Option<string> Data = new("--data")
    {
        Description = "Directory of the database and the token key; made when it is not there. Not used with PostgreSQL.",
        DefaultValueFactory = static _ => "data",
        Recursive = true,
    };

    private static readonly Option<FileInfo?> Config = new("--config")
    {
        Description = "Configuration file (JSON); see docs/configuration.md. ORCHESTRATOR_Section__Key in the environment counts more.",
        Recursive = true,
    };

    private static readonly Option<bool> Cluster = new("--cluster")
    {
        Description = "Joins the silos that share the database (the section Cluster of the configuration); needs the cluster engine and PostgreSQL.",
    };

    public static RootCommand Create()
    {
        var root = new RootCommand("The orchestrator of live places shared from afar.")
        {
            Urls, Data, Config, Cluster, StoreCommands.Database(), StoreCommands.Export(), StoreCommands.Import(),
        };
        root.SetAction((parsed, cancellationToken) => Answered(async () =>
        {
            await using var host = await OrchestratorHost.Start(WithAddress(Given(parsed)), cancellationToken);
            Banner.Print(host);
            await host.WaitForStop();
            return host.IsTerminated ? ExitCode.Terminated : ExitCode.Success;
        }));
        return root;
    }

    /// <summary>What the command line says, of whatever command.</summary>
    internal static StartOptions Given(ParseResult parsed) =>
        new(parsed.GetValue(Urls) ?? "", parsed.GetValue(Data)!, parsed.GetValue(Config)) { JoinsCluster = parsed.GetValue(Cluster) };

    /// <summary>Without an address the server would choose one that nobody named.</summary>
    private static StartOptions WithAddress(StartOptions options) => ListenAddresses.In(options.Urls).Count > 0
        ? options
        : throw new ConfigurationException("'--urls' names no address; it looks like http://127.0.0.1:8090, and several are separated by ';'.");

    /// <summary>Runs a command; what an operator can do something about is told in a sentence and an exit code.</summary>
    internal static async Task<int> Answered(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (Exception e) when (e is ConfigurationException or ExportFileException)
        {
            return await Fail(e.Message, ExitCode.Usage);
        }
        catch (Exception e) when (e is StorageUnavailableException or InvalidDataException)
        {
            return await Fail(e.Message, ExitCode.Storage);
        }
        catch (DbException e)
        {
            return await Fail($"The database failed: {e.Message}", ExitCode.Storage);
        }
        catch (AddressUnavailableException e)
        {
            return await Fail(e.Message, ExitCode.Address);
        }
    }

    private static async Task<int> Fail(string sentence, int exitCode)
    {
        await Console.Error.WriteLineAsync($"orchestrator: {sentence}");
        return exitCode;
    }
}

/// <summary>What the command line says.</summary>
public sealed record StartOptions(string Urls, string Data, FileInfo? Config)
{
    /// <summary>Whether it is a silo of a cluster.</summary>
    public bool JoinsCluster { get; init; }

    /// <summary>Where the log goes: the console, unless whoever starts the host in its own process says otherwise.</summary>
    public Action<ILoggingBuilder> AddLog { get; init; } = static logging => logging
        .AddConsole(static console => console.FormatterName = LogLines.Kind)
        .AddConsoleFormatter<LogLines, ConsoleFormatterOptions>();

    /// <summary>Services that whoever starts the host in its own process gives it, in place of its own where it has such.</summary>
    public Action<IServiceCollection> AddServices { get; init; } = static _ => { };
}

/// <summary>How the process ends.</summary>
public static class ExitCode
{
    public const int Success = 0;

    /// <summary>The command line, the configuration or the file of an export is wrong.</summary>
    public const int Usage = 1;

    /// <summary>An administrator has ended it: whoever watches over it starts it again, as with the former orchestrator.</summary>
    public const int Terminated = 1;

    /// <summary>The data directory or the database cannot be used.</summary>
    public const int Storage = 2;

    /// <summary>An address cannot be listened on.</summary>
    public const int Address = 3;
}

/// <summary>An address cannot be listened on.</summary>
public sealed class AddressUnavailableException(string message, Exception inner) : Exception(message, inner);
