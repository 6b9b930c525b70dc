import parser from '@typescript-eslint/parser'
import vue from 'eslint-plugin-vue'
import a11y from 'eslint-plugin-vuejs-accessibility'
import globals from 'globals'
import vueParser from 'vue-eslint-parser'

const seam = {
  'no-restricted-imports': ['error', { patterns: [{ group: ['@tauri-apps/*'], message: 'Only src/platform talks to the host.' }] }],
  'no-restricted-globals': [
    'error',
    ...['fetch', 'XMLHttpRequest', 'EventSource', 'WebSocket', 'localStorage', 'sessionStorage', 'indexedDB'].map((name) => ({
      name,
      message: 'Only src/platform reaches out; the core keeps everything that is kept.',
    })),
  ],
}

const promises = {
  'no-console': 'error',
  'no-debugger': 'error',
  eqeqeq: 'error',
  'no-var': 'error',
  'prefer-const': 'error',
  'max-lines': ['error', 400],
  'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
}

const template = {
  'vue/multi-word-component-names': 'off',
  'vue/max-attributes-per-line': 'off',
  'vue/singleline-html-element-content-newline': 'off',
  'vue/multiline-html-element-content-newline': 'off',
  'vue/html-self-closing': 'off',
  'vue/html-indent': 'off',
  'vue/first-attribute-linebreak': 'off',
  'vue/html-closing-bracket-newline': 'off',
  'vue/require-default-prop': 'off',
  'vue/no-v-html': 'error',
  'vue/no-static-inline-styles': 'error',
  'vuejs-accessibility/label-has-for': ['error', { required: { some: ['nesting', 'id'] } }],
}

const accessibility = Object.fromEntries(
  Object.keys(a11y.rules).filter((rule) => !['no-onchange'].includes(rule)).map((rule) => [`vuejs-accessibility/${rule}`, 'error']),
)

export default [
  { ignores: ['dist/**', 'dist-desk/**', 'node_modules/**', 'src/bindings/**'] },
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.{js,mjs,ts,vue}'],
    languageOptions: {
      parser: vueParser,
      parserOptions: { parser, ecmaVersion: 'latest', sourceType: 'module' },
      globals: { ...globals.browser, ...globals.es2023 },
    },
    plugins: { 'vuejs-accessibility': a11y },
    rules: { ...promises, ...seam, ...accessibility, ...template },
  },
  { files: ['src/platform/**', 'src/desk/**'], rules: { 'no-restricted-imports': 'off', 'no-restricted-globals': 'off' } },
  { files: ['scripts/**', 'dev/**', '*.config.*', '**/*.test.ts'], languageOptions: { globals: globals.node }, rules: { 'no-console': 'off', 'no-restricted-globals': 'off', 'max-lines-per-function': 'off' } },
]
