export { type ModelContainerOptions, modelContainer } from './container.ts';
export { MODEL } from './model.ts';
export { type ModelRecipeOptions, modelRecipe } from './recipe.ts';
