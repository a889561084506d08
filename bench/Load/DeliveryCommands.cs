using System.CommandLine;
using Orchestrator.Load.Runs;
using Orchestrator.Load.Servers;
using static Orchestrator.Load.LoadCommand;

namespace Orchestrator.Load;

/// <summary>The part of the command line that is about Socket.IO.</summary>
internal static class DeliveryCommands
{
    public static Command Delivery()
    {
        var loads = Option("--loads", "Which ones, with commas between.", "A,B,C,D,E");
        var rounds = Option("--rounds", "How often each, in turn with the floor.", 3);
        var seconds = Option("--seconds", "Length of a measured part.", 20.0);
        var warmUp = Option("--warm-up", "Seconds of traffic before each.", 5.0);
        var settle = Option("--settle", "Seconds of every load before all of them, not measured.", 10.0);
        var command = new Command("delivery", "Deliveries over Socket.IO, in turn with bare sends.") { loads, rounds, seconds, warmUp, settle, Url, Process };
        return Run(command, (parsed, progress, cancellationToken) =>
        {
            var named = DeliveryLoad.Named(parsed.GetValue(loads)!).Select(l => l with
            {
                Plan = Planned(l.Plan with { Seconds = parsed.GetValue(seconds), WarmUpSeconds = parsed.GetValue(warmUp) }, parsed),
            });
            return DeliveryRun.Measure(new DeliveryPlan([.. named], parsed.GetValue(rounds), parsed.GetValue(Smoke) ? 0 : parsed.GetValue(settle)), TargetOf(parsed), progress, cancellationToken);
        });
    }

    public static Command Idle()
    {
        var connections = Option("--connections", "Connections that are logged in.", 5_000);
        var first = Option("--first", "Connections before them, not counted.", 500);
        var seconds = Option("--seconds", "How long to idle before each reading.", 10.0);
        var rounds = Option("--rounds", "How often, in turn with a bare WebSocket.", 2);
        return Run(new Command("idle", "What an idle connection over Socket.IO costs.") { connections, first, seconds, rounds }, (parsed, progress, cancellationToken) =>
        {
            var plan = new IdlePlan(parsed.GetValue(connections), parsed.GetValue(first), parsed.GetValue(seconds), parsed.GetValue(rounds));
            return IdleRun.Measure(parsed.GetValue(Smoke) ? plan.Smoke() : plan, parsed.GetValue(Server), progress, cancellationToken);
        });
    }

    public static Command Joins()
    {
        var users = Option("--users", "Users that join at once and read once.", 1_000);
        var readers = Option("--readers", "Users that join at once and read at every join.", 150);
        return Run(new Command("joins", "Many users join one session at once over Socket.IO.") { users, readers, Url, Process }, (parsed, progress, cancellationToken) =>
        {
            var plan = new JoinsPlan(parsed.GetValue(users), parsed.GetValue(readers));
            return JoinsRun.Measure(parsed.GetValue(Smoke) ? plan.Smoke() : plan, TargetOf(parsed), progress, cancellationToken);
        });
    }

    public static Command RawFloorServerCommand()
    {
        var sessions = Option("--sessions", "Sessions.", 1);
        var users = Option("--users", "Members of each.", 50);
        var rate = Option("--rate", "Events per second and session.", 100.0);
        var bytes = Option("--bytes", "Bytes of an attachment.", 200);
        var text = Option("--text-bytes", "Bytes of the text before it.", 100);
        var pattern = Option("--pattern", "Who sends to whom.", Pattern.MasterToAll);
        var command = new Command("raw-floor-server", "The bare sends; the other commands start it themselves.") { sessions, users, rate, bytes, text, pattern };
        command.SetAction((parsed, cancellationToken) =>
        {
            var traffic = new TrafficPlan(
                parsed.GetValue(sessions), parsed.GetValue(users), parsed.GetValue(rate), parsed.GetValue(bytes), 1, 0, parsed.GetValue(pattern), 1);
            return RawFloorServer.Run(new RawFloorPlan(Checked(traffic), parsed.GetValue(text)), cancellationToken);
        });
        return command;
    }
}
