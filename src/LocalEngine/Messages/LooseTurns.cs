namespace Orchestrator.LocalEngine;

/// <summary>Turns of what is no grain: the client of a simulation, or what an ended activation left running.</summary>
internal sealed class LooseTurns(ITurnScheduler scheduler, Action<Exception> onFault) : Mailbox(scheduler)
{
    protected override void Run(WorkItem item)
    {
        try
        {
            ((Continuation)item).Run();
        }
        catch (Exception exception)
        {
            onFault(exception);
        }
    }
}
