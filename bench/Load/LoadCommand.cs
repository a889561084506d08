using System.CommandLine;
using System.CommandLine.Parsing;
using Orchestrator.Load.Reporting;
using Orchestrator.Load.Runs;
using Orchestrator.Load.Servers;

namespace Orchestrator.Load;

/// <summary>The command line.</summary>
internal static class LoadCommand
{
    private const int NotSound = 2;
    private const string PostgresName = "--postgres";
    private const int Usage = 1;

    private static readonly Option<FileInfo?> Json = new("--json") { Description = "Writes the figures to this file.", Recursive = true };
    private static readonly Option<FileInfo?> Markdown = new("--markdown") { Description = "Writes the tables and the machine's description to this file.", Recursive = true };
    internal static readonly Option<FileInfo?> Server = new("--server") { Description = "orchestrator.dll to start; default: the built one.", Recursive = true };
    internal static readonly Option<bool> Smoke = new("--smoke") { Description = "So short that it only shows that everything works (2 s).", Recursive = true };

    private static readonly Option<int> Sessions = Option("--sessions", "Sessions.", 4);
    private static readonly Option<int> Users = Option("--users", "Users of each session.", 50);
    private static readonly Option<int> Connections = Option("--connections", "Connections.", 50);
    private static readonly Option<double> Rate = Option("--rate", "Events per second and session.", 100.0);
    private static readonly Option<int> Bytes = Option("--bytes", "Bytes of an event's data.", 200);
    private static readonly Option<double> Seconds = Option("--seconds", "Length of the measured part.", 20.0);
    private static readonly Option<double> WarmUp = Option("--warm-up", "Seconds of traffic before it.", 5.0);
    private static readonly Option<string> Kind = new("--pattern")
    {
        Description = "Who sends to whom: master-to-all, all-to-all or to-master.",
        DefaultValueFactory = static _ => "master-to-all",
    };

    private static readonly Option<int> Seed = Option("--seed", "Of what is random in the events.", 1);
    private static readonly Option<bool> WithFloor = new("--with-floor") { Description = "Measures the floor in turn, and the ratios." };
    private static readonly Option<int> Rounds = Option("--rounds", "How often, with the floor.", 2);
    internal static readonly Option<Uri?> Url = new("--url") { Description = "A server on this machine that runs already.", CustomParser = ParseUrl };
    internal static readonly Option<int?> Process = new("--pid") { Description = "Its process, to read its CPU time." };

    static LoadCommand() => Kind.AcceptOnlyFromAmong("master-to-all", "all-to-all", "to-master");

    public static RootCommand Create()
    {
        var root = new RootCommand("Load on an orchestrator, and what it costs.") { Json, Markdown, Server, Smoke };
        root.Subcommands.Add(SessionsCommand());
        root.Subcommands.Add(FloorCommand());
        root.Subcommands.Add(SpreadCommand());
        root.Subcommands.Add(StartCommand());
        root.Subcommands.Add(StallCommand());
        root.Subcommands.Add(TimelineCommand());
        root.Subcommands.Add(ListCommand());
        root.Subcommands.Add(DeliveryCommands.Delivery());
        root.Subcommands.Add(DeliveryCommands.Idle());
        root.Subcommands.Add(DeliveryCommands.Joins());
        root.Subcommands.Add(FloorServerCommand());
        root.Subcommands.Add(DeliveryCommands.RawFloorServerCommand());
        return root;
    }

    private static Command SessionsCommand()
    {
        var command = new Command("sessions", "Sessions with users over the hub.")
        {
            Sessions, Users, Rate, Bytes, Seconds, WarmUp, Kind, Seed, WithFloor, Rounds, Url, Process,
        };
        return Run(command, (parsed, progress, cancellationToken) =>
        {
            var plan = PlanOf(parsed, parsed.GetValue(Sessions), parsed.GetValue(Users));
            var target = TargetOf(parsed);
            return parsed.GetValue(WithFloor)
                ? TrafficRun.Both(plan, target, parsed.GetValue(Rounds), progress, cancellationToken)
                : TrafficRun.Sessions(plan, target, progress, cancellationToken);
        });
    }

    private static Command FloorCommand()
    {
        var command = new Command("floor", "The same traffic over bare WebSockets: what this platform costs without any orchestrator.")
        {
            Connections, Rate, Bytes, Seconds, WarmUp, Kind, Seed,
        };
        return Run(command, (parsed, progress, cancellationToken) =>
            TrafficRun.Floor(PlanOf(parsed, 1, parsed.GetValue(Connections)), parsed.GetValue(Server), progress, cancellationToken));
    }

    private static Command SpreadCommand()
    {
        var silos = new Option<int[]>("--silos") { Description = "Sizes of clusters, compared with the first.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = static _ => [1, 2, 3] };
        silos.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int[]>().Any(static n => n is < 1 or > SpreadPlan.SilosMax))
            {
                result.AddError($"A cluster has between 1 and {SpreadPlan.SilosMax} silos here.");
            }
        });
        var postgres = new Option<string>(PostgresName) { Description = "Connection string of a PostgreSQL in which schemas may be made; they are removed at the end.", Required = true };
        var command = new Command("spread", "The same sessions on clusters of several sizes, their members spread over the silos.")
        {
            silos, postgres, Sessions, Users, Rate, Bytes, Seconds, WarmUp, Kind, Seed, Rounds,
        };
        return Run(command, (parsed, progress, cancellationToken) =>
        {
            var plan = new SpreadPlan(PlanOf(parsed, parsed.GetValue(Sessions), parsed.GetValue(Users)), parsed.GetValue(silos)!, parsed.GetValue(Rounds));
            return SpreadRun.Measure(plan, parsed.GetValue(postgres)!, parsed.GetValue(Server), progress, cancellationToken);
        });
    }

    private static Command StartCommand()
    {
        var starts = Option("--starts", "Starts on fresh data directories.", 5);
        var idle = Option("--idle", "Idle connections that are logged in.", 1_000);
        return Run(new Command("start", "How long a start takes until the first login, and what idling costs.") { starts, idle }, (parsed, progress, cancellationToken) =>
        {
            var plan = new StartPlan(parsed.GetValue(starts), parsed.GetValue(idle), IdleSeconds: 5);
            return StartRun.Measure(parsed.GetValue(Smoke) ? plan.Smoke() : plan, parsed.GetValue(Server), progress, cancellationToken);
        });
    }

    private static Command StallCommand()
    {
        var users = Option<int?>("--users", "Members of the session; 10 over signalr, 100 over socketio.", null);
        var rate = Option<double?>("--rate", "Scene events per second; 1,000 over signalr, 100 over socketio.", null);
        var bytes = Option<int?>("--bytes", "Bytes of an event's data; 200 over signalr, 10,000 over socketio.", null);
        var seconds = Option<double?>("--seconds", "Length of a run, 30 over signalr: the database is stopped for its middle third; 15 over socketio.", null);
        var registrations = Option("--registrations", "Accounts per second, over signalr.", 5.0);
        var rounds = Option("--rounds", "How often with and without the stalled reader, over socketio.", 10);
        var wire = Option("--wire", "signalr: the database stops; socketio: one of the readers does.", "signalr");
        wire.AcceptOnlyFromAmong("signalr", "socketio");
        var command = new Command("stall", "A session while the database is stopped, or one of its readers.")
        {
            users, rate, bytes, seconds, registrations, rounds, wire, Seed, Url, Process,
        };
        return Run(command, (parsed, progress, cancellationToken) =>
        {
            var isReader = parsed.GetValue(wire) == "socketio";
            var usual = isReader
                ? new TrafficPlan(1, 100, 100, 10_000, 15, 2, Pattern.MasterToAll, parsed.GetValue(Seed))
                : new TrafficPlan(1, 10, 1_000, 200, 30, 8, Pattern.MasterToAll, parsed.GetValue(Seed));
            var traffic = Planned(
                usual with
                {
                    Users = parsed.GetValue(users) ?? usual.Users,
                    Rate = parsed.GetValue(rate) ?? usual.Rate,
                    Bytes = parsed.GetValue(bytes) ?? usual.Bytes,
                    Seconds = parsed.GetValue(seconds) ?? usual.Seconds,
                },
                parsed);
            return isReader
                ? StalledReaderRun.Measure(new StalledReaderPlan(traffic, parsed.GetValue(Smoke) ? 2 : parsed.GetValue(rounds)), TargetOf(parsed), progress, cancellationToken)
                : StallRun.Measure(new StallPlan(traffic, parsed.GetValue(registrations)), parsed.GetValue(Server), progress, cancellationToken);
        });
    }

    private static Command TimelineCommand()
    {
        var sessions = Option("--sessions", "Sessions, each with one member and a timeline of its own.", 1_000);
        var events = Option("--events", "Timed events of each.", 10);
        var period = Option("--period", "Seconds from one event of a session to the next.", 1.0);
        var lead = Option("--lead", "Seconds from the start of a clock to its first period.", 3.0);
        return Run(new Command("timeline", "How late timed events are.") { sessions, events, period, lead, Seed }, (parsed, progress, cancellationToken) =>
        {
            var plan = new TimelinePlan(parsed.GetValue(sessions), parsed.GetValue(events), parsed.GetValue(period), parsed.GetValue(lead), parsed.GetValue(Seed));
            return TimelineRun.Measure(parsed.GetValue(Smoke) ? plan.Smoke() : plan, parsed.GetValue(Server), progress, cancellationToken);
        });
    }

    private static Command ListCommand()
    {
        var sessions = Option("--sessions", "Sessions in the list at last.", 10_000);
        var clients = Option("--clients", "Clients that ask for it.", 1_000);
        var calls = Option("--calls", "Calls of each.", 2);
        return Run(new Command("list", "What GetSessions costs.") { sessions, clients, calls }, (parsed, progress, cancellationToken) =>
        {
            var plan = new ListPlan(parsed.GetValue(sessions), parsed.GetValue(clients), parsed.GetValue(calls));
            return ListRun.Measure(parsed.GetValue(Smoke) ? plan.Smoke() : plan, parsed.GetValue(Server), progress, cancellationToken);
        });
    }

    private static Command FloorServerCommand()
    {
        var urls = new Option<string>("--urls") { Description = "Where it listens.", DefaultValueFactory = static _ => "http://127.0.0.1:0" };
        var command = new Command("floor-server", "The floor's server; the other commands start it themselves.") { urls };
        command.SetAction((parsed, cancellationToken) => FloorServer.Run(parsed.GetValue(urls)!, cancellationToken));
        return command;
    }

    internal static Command Run(Command command, Func<ParseResult, Progress, CancellationToken, Task<Report>> run)
    {
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var progress = new Progress();
            try
            {
                var report = await run(parsed, progress, cancellationToken);
                progress.End();
                // What stands behind this option may have a password in it.
                var line = "load " + string.Join(' ', parsed.Tokens.Select((t, i) => i > 0 && parsed.Tokens[i - 1].Value == PostgresName ? "..." : t.Value));
                await report.Write(parsed.GetValue(Json), parsed.GetValue(Markdown), line, TimeProvider.System);
                return report.IsSound ? 0 : NotSound;
            }
            catch (Exception e) when (e is IOException or InvalidOperationException or TimeoutException)
            {
                progress.End();
                await Console.Error.WriteLineAsync($"load: {e.Message}");
                return Usage;
            }
            catch (OperationCanceledException)
            {
                progress.End();
                await Console.Error.WriteLineAsync("load: stopped");
                return Usage;
            }
        });
        return command;
    }

    private static Uri? ParseUrl(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url is { Scheme: "http", IsLoopback: true })
        {
            return url;
        }

        result.AddError($"'{text}' is not an http address of this machine.");
        return null;
    }

    private static TrafficPlan PlanOf(ParseResult parsed, int sessions, int users)
    {
        var pattern = Enum.Parse<Pattern>(parsed.GetValue(Kind)!.Replace("-", "", StringComparison.Ordinal), ignoreCase: true);
        var plan = new TrafficPlan(
            sessions, users, parsed.GetValue(Rate), parsed.GetValue(Bytes), parsed.GetValue(Seconds), parsed.GetValue(WarmUp), pattern, parsed.GetValue(Seed));
        return Planned(plan, parsed);
    }

    internal static TrafficPlan Planned(TrafficPlan plan, ParseResult parsed) => Checked(parsed.GetValue(Smoke) ? plan.Smoke() : plan);

    internal static Target TargetOf(ParseResult parsed) => new(parsed.GetValue(Server), parsed.GetValue(Url), parsed.GetValue(Process));

    internal static TrafficPlan Checked(TrafficPlan plan) => plan.Fault() is { } fault ? throw new InvalidOperationException(fault) : plan;

    internal static Option<T> Option<T>(string name, string description, T value) => new(name) { Description = description, DefaultValueFactory = _ => value };
}
