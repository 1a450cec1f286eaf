using System.Text;
using Yadokari.Linux;

namespace Yadokari.Engine.Restore;

/// <summary>Prints a plan as strace would have seen it, with variables ($n) for results and labels for jumps.</summary>
public static class PlanPrinter
{
    public static IEnumerable<string> Print(RestorePlan plan)
    {
        Dictionary<int, List<string>> labels = [];
        foreach (Operation operation in plan.Operations)
        {
            if (operation.Target is { } target)
            {
                if (!labels.TryGetValue(target.Position, out List<string>? names))
                {
                    labels.Add(target.Position, names = []);
                }

                if (!names.Contains(target.Name))
                {
                    names.Add(target.Name);
                }
            }
        }

        for (int i = 0; i < plan.Operations.Count; i++)
        {
            foreach (string name in labels.TryGetValue(i, out List<string>? names) ? names : [])
            {
                yield return $"{name}:";
            }

            yield return $"  {i,5}  {Line(plan.Operations[i])}";
        }
    }

    private static string Line(Operation operation)
    {
        string result = operation.Result is { } slot ? $" = {slot}" : "";
        string arguments = string.Join(", ", operation.Arguments.Select(Text));
        string policy = operation.OnError switch
        {
            OnError.Ignore => "  // may fail",
            OnError.Jump => $"  // on error: {operation.Target?.Name}",
            _ => "",
        };
        return operation.Kind switch
        {
            OperationKind.Call => $"{Name(operation.SystemCall)}({arguments}){result}{policy}",
            OperationKind.Clone => $"{Name(operation.SystemCall)}({arguments}){result}  // child: {operation.Target?.Name}{policy}",
            OperationKind.Jump => $"goto {operation.Target?.Name}",
            OperationKind.JumpIf => $"if {Text(operation.Arguments[0])} {Sign((Condition)operation.Number)} {Text(operation.Arguments[1])} goto {operation.Target?.Name}",
            OperationKind.Fail => $"fail({operation.Message?.Text}) exit {operation.Number}",
            _ => $"{Name(operation.Kind)}({arguments}){result}",
        };
    }

    private static string Sign(Condition condition) => condition switch
    {
        Condition.Equal => "==",
        Condition.NotEqual => "!=",
        Condition.Less => "<",
        _ => ">=",
    };

    private static string Text(Argument argument) => argument.Text ?? argument.Kind switch
    {
        ArgumentKind.Number when argument.Value > 0xffff && (long)argument.Value > 0 => $"0x{argument.Value:x}",
        ArgumentKind.Number => $"{(long)argument.Value}",
        ArgumentKind.Slot => $"${argument.Value}",
        ArgumentKind.SlotAddress => $"&${argument.Value}",
        ArgumentKind.Data when argument.Value == 0 => argument.Data!.Text,
        _ => $"&{argument.Data!.Text}+{argument.Value}",
    };

    private static string Name<T>(T value)
        where T : struct, Enum
    {
        // MemoryEqual → memory_equal; Rt_sigaction → rt_sigaction
        StringBuilder name = new();
        string text = value.ToString();
        for (int i = 0; i < text.Length; i++)
        {
            if (i > 0 && char.IsUpper(text[i]) && text[i - 1] != '_')
            {
                name.Append('_');
            }

            name.Append(char.ToLowerInvariant(text[i]));
        }

        return name.ToString();
    }
}
