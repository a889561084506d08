using Orchestrator.Accounts;
using Orchestrator.Delivery;

namespace Orchestrator.Users;

/// <summary>The user's end from outside: its connections close, and unless they are to come back its devices are forgotten.</summary>
public sealed partial class User
{
    public IReadOnlyList<Outgoing> Dismiss(DismissReason reason)
    {
        var dismissed = Outgoing.ToEveryone(new UserDismissed(reason));
        return reason == DismissReason.RoleChanged
            ? Happened(dismissed)
            : Happened([dismissed, .. State.Devices.Keys.Select(static device => Outgoing.Silent(new DeviceGone(device)))]);
    }
}

/// <summary>The shell of the above.</summary>
public sealed partial class UserGrain
{
    public async Task Dismiss(DismissReason reason)
    {
        Live(() => _user.Dismiss(reason));
        if (_user.IsForgotten)
        {
            await EndInSessions();
        }

        if (reason == DismissReason.AccountRemoved)
        {
            await ForgetAccount();
        }
    }

    /// <summary>
    /// After the devices, so that a command that was under way leaves no data. The hint goes last: while it is there the removal can be found and repeated.
    /// </summary>
    private async Task ForgetAccount()
    {
        await Durable.Remove();
        await GrainFactory.GetGrain<IAccountOfUserGrain>(Id.Value).Set(null);
    }
}
