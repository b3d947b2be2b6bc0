import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { type ZodRawShape, z } from 'zod';
import { type Api, openApi } from './headwater.ts';
import { refusalText, withoutKeys } from './refusal.ts';
import type { Settings } from './settings.ts';

/** What a tool does to the world, as clients ask before they let it run. */
export interface Effects {
  readOnly: boolean;
  /** Takes something back or away. */
  destructive?: boolean;
  /** The same call again changes nothing more. */
  idempotent: boolean;
}

export interface Tool {
  name: string;
  install(server: McpServer, api: Api, settings: Settings): void;
}

interface Spec<Input extends ZodRawShape, Output extends ZodRawShape> {
  name: string;
  title: string;
  description: string;
  effects: Effects;
  input: Input;
  output: Output;
  run(api: Api, input: z.output<z.ZodObject<Input>>): Promise<{ says: string; data: object }>;
}

/** A tool: what it takes, what it answers (as data, and in words), and failures that say what to do. */
export function tool<Input extends ZodRawShape, Output extends ZodRawShape>(spec: Spec<Input, Output>): Tool {
  const { name, title, description, effects } = spec;
  return {
    name,
    install(server, api, settings) {
      server.registerTool(
        name,
        {
          title,
          description,
          inputSchema: z.strictObject(spec.input),
          outputSchema: z.looseObject(spec.output),
          annotations: {
            title,
            readOnlyHint: effects.readOnly,
            destructiveHint: effects.destructive ?? false,
            idempotentHint: effects.idempotent,
            openWorldHint: false,
          },
        },
        async (input: unknown): Promise<CallToolResult> => {
          try {
            const { says, data } = await spec.run(api, input as z.output<z.ZodObject<Input>>);
            const text = withoutKeys(`${says}\n\n${JSON.stringify(data, null, 1)}`, settings);
            return { content: [{ type: 'text', text }], structuredContent: data as Record<string, unknown> };
          } catch (error) {
            return { isError: true, content: [{ type: 'text', text: refusalText(error, settings) }] };
          }
        },
      );
    },
  };
}

export function installTools(server: McpServer, tools: readonly Tool[], settings: Settings): void {
  const api = openApi(settings);
  for (const one of tools) one.install(server, api, settings);
}
