import { definePlugin } from '@countersign/plugin-sdk';
import { RecipeError } from './json-object.ts';
import { asInputError, plan } from './plan.ts';
import { readRecipe } from './read-recipe.ts';
import { makeReport } from './report.ts';

const SAMPLE = [
  'id,date,shop,region,amount,fee,status',
  '1,2026-01-03,S-1,EU,120.00,1.20,paid',
  '2,2026-01-03,S-2,US,80.50,0.81,paid',
  '3,2026-01-04,S-1,EU,15.25,0.15,refused',
  '4,2026-01-05,S-3,US,300.00,3.00,paid',
  '',
].join('\r\n');
const SECOND_SAMPLE = ['shop,name', 'S-1,North Shop', 'S-2,Harbor Shop', 'S-3,Hill Shop', ''].join('\r\n');
const SAMPLE_RECIPE = `{
  "steps": [
    { "do": "filter", "all": [{ "column": "status", "is": "=", "to": "paid" }] },
    { "do": "compute", "column": "net", "subtract": ["amount", "fee"], "decimals": 2 },
    { "do": "group", "by": ["region"], "sum": ["amount", "net"], "count": "sales" }
  ],
  "output": { "name": "sales-by-region" }
}`;

export default definePlugin({
  name: 'csv-transform',
  version: '1.0.0',
  title: 'Transform a CSV file',
  description:
    'Takes a CSV file of up to a million rows through a recipe: select, rename, compute, filter, join, group and sum, split. The totals in and out must agree.',
  category: 'data',
  riskLevel: 'low',
  workload: 'data',
  capabilities: ['files.read', 'files.write'],
  parameters: [
    {
      type: 'file',
      name: 'file',
      label: 'File',
      help: 'A CSV file with a header line',
      accept: ['text/csv'],
      sample: SAMPLE,
    },
    {
      type: 'file',
      name: 'second',
      label: 'Second file',
      help: 'For a join: the smaller one, with each key once',
      required: false,
      accept: ['text/csv'],
      sample: SECOND_SAMPLE,
    },
    {
      type: 'string',
      name: 'recipe',
      label: 'Recipe',
      help: 'JSON: {"steps": [{"do": "select" | "rename" | "compute" | "filter" | "join" | "group" | "split", …}], "output": {"name": …}}',
      maxLength: 20_000,
      default: SAMPLE_RECIPE,
    },
  ],

  validate({ recipe, second }) {
    try {
      const { steps } = readRecipe(recipe);
      const joins = steps.some((step) => step.do === 'join');
      return joins && second === undefined
        ? [{ parameter: 'second', message: 'The recipe joins: choose a second file' }]
        : [];
    } catch (error) {
      if (error instanceof RecipeError) return [{ parameter: 'recipe', message: error.message }];
      throw error;
    }
  },

  async execute(parameters, context) {
    try {
      const recipe = readRecipe(parameters.recipe);
      const joins = recipe.steps.some((step) => step.do === 'join') && parameters.second !== undefined;
      const file = await context.files.rows('file');
      const second = joins ? await context.files.rows('second') : null;
      return await plan(recipe, { file, second }, context);
    } catch (error) {
      throw asInputError(error);
    }
  },

  report: async (input) => makeReport(input),
});
