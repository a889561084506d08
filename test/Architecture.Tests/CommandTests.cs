using Orchestrator.Api;
using Orchestrator.SignalR;

namespace Orchestrator;

public sealed class CommandTests
{
    [Fact]
    public void Every_command_has_a_hub_method_of_its_name_and_every_hub_method_a_command() =>
        OrchestratorHub.Commands.Order(StringComparer.Ordinal).ShouldBe(Table().All.Select(command => command.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void No_two_commands_have_one_name() => Table().All.Select(command => command.Name).ShouldBeUnique();

    [Fact]
    public void Every_command_of_a_subject_is_in_the_table()
    {
        var table = Table();
        var commands = new object[]
        {
            table.Users, table.Sessions, table.Traffic, table.System, table.UserList, table.UserData, table.Rooms, table.Accounts, table.Clock, table.Administration, table.DataStreams, table.Scenarios, table.Timeline,
        }
            .SelectMany(subject => subject.GetType().GetProperties().Select(property => property.GetValue(subject)))
            .OfType<Command>();
        table.All.ShouldBe(commands, ignoreOrder: true);
    }

    [Fact]
    public void Every_row_of_the_table_of_rights_is_a_commands() =>
        Rights.Table.Keys.ShouldBe(Table().All.Select(command => command.Name), ignoreOrder: true);

    // Who only reads names needs nothing that handles commands.
    private static CommandTable Table() =>
        (CommandTable)New(typeof(CommandTable), parameter => New(parameter, static _ => null));

    private static object New(Type type, Func<Type, object?> argument)
    {
        var constructor = type.GetConstructors().Single();
        return constructor.Invoke([.. constructor.GetParameters().Select(parameter => argument(parameter.ParameterType))]);
    }
}
